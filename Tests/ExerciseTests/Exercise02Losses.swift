import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

extension Exercises {
  struct Exercise02Losses {
    @Test func meanSquaredErrorBackward() async throws { try await check("2.1") }
    @Test func binaryCrossEntropyWithLogitsBackward() async throws { try await check("2.2") }
    @Test func unfusedCrossEntropyBackward() async throws { try await check("2.3a") }
    @Test func softmaxCrossEntropyBackward() async throws { try await check("2.3") }
    @Test func l2PenaltyBackward() async throws { try await check("2.4") }
    @Test func weightedCrossEntropyBackward() async throws { try await check("2.5") }
    @Test func huberBackward() async throws { try await check("2.6") }
  }
}
