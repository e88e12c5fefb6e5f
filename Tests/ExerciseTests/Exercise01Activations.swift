import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

extension Exercises {
  struct Exercise01Activations {
    @Test func sigmoidBackward() async throws { try await check("1.1") }
    @Test func tanhBackward() async throws { try await check("1.2") }
    @Test func reluBackward() async throws { try await check("1.3") }
    @Test func leakyReLUBackward() async throws { try await check("1.4") }
    @Test func softmaxBackward() async throws { try await check("1.5") }
    @Test func geluBackward() async throws { try await check("1.6") }
  }
}
