import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

struct Exercise04MultilayerPerceptron {
  @Test func denseBackward() async throws { try await check("4.1") }
}
