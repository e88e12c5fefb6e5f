import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

extension Exercises {
  struct Exercise07VanishingGradients {
    @Test func glorotStandardDeviation() async throws { try await check("7.1a") }
    @Test func heStandardDeviation() async throws { try await check("7.1b") }
    @Test func gradientNormPerLayer() async throws { try await check("7.2") }
    @Test func unfusedBatchNormBackward() async throws { try await check("7.3a") }
    @Test func batchNormBackward() async throws { try await check("7.3") }
    @Test func rnnStepBackward() async throws { try await check("7.4") }
    @Test func layerNormBackward() async throws { try await check("7.5") }
  }
}
