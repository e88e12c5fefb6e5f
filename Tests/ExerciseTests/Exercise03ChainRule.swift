import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

extension Exercises {
  struct Exercise03ChainRule {
    @Test func numericalGradient() async throws { try await check("3.1") }
    @Test func multiplyBackward() async throws { try await check("3.2") }
    @Test func tanhNodeBackward() async throws { try await check("3.3a") }
    @Test func powNodeBackward() async throws { try await check("3.3b") }
    @Test func topologicalOrder() async throws { try await check("3.4") }
    @Test func backward() async throws { try await check("3.5") }
    @Test func twoLayerBackward() async throws { try await check("3.6") }
    @Test func forwardMode() async throws { try await check("3.7") }
  }
}
