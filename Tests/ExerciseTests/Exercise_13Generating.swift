import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

extension Exercises {
  struct Exercise_13Generating {
    @Test func reparameterizeBackward() async throws { try await check("13.1") }
    @Test func klBackward() async throws { try await check("13.2") }
    @Test func discriminatorLossBackward() async throws { try await check("13.3") }
    @Test func generatorStepBackward() async throws { try await check("13.4") }
    @Test func noiseLossBackward() async throws { try await check("13.5") }
    @Test func gaussianLikelihoodBackward() async throws { try await check("13.6") }
    @Test func vectorQuantizeBackward() async throws { try await check("13.7") }
  }
}
