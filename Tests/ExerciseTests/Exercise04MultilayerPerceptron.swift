import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

extension Exercises {
  struct Exercise04MultilayerPerceptron {
    @Test func denseBackward() async throws { try await check("4.1") }
    @Test func mlpBackward() async throws { try await check("4.2") }
    @Test func dropoutBackward() async throws { try await check("4.3") }
    @Test func trainingStep() async throws { try await check("4.4") }
    @Test func precisionRecallF1() async throws { try await check("4.5") }
    @Test func areaUnderROC() async throws { try await check("4.6") }
  }
}
