import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

extension Exercises {
  struct Exercise_14Reinforcement {
    @Test func policyGradientBackward() async throws { try await check("14.1") }
    @Test func discountedReturns() async throws { try await check("14.2") }
    @Test func entropyBonusBackward() async throws { try await check("14.3") }
    @Test func qLearningBackward() async throws { try await check("14.4") }
    @Test func actorCriticBackward() async throws { try await check("14.5") }
    @Test func squashedGaussianBackward() async throws { try await check("14.6") }
    @Test func clippedSurrogateBackward() async throws { try await check("14.7") }
  }
}
