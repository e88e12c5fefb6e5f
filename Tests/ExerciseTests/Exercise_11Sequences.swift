import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

extension Exercises {
  struct Exercise_11Sequences {
    @Test func maskedCrossEntropyBackward() async throws { try await check("11.1") }
    @Test func lstmStepBackward() async throws { try await check("11.2") }
    @Test func gruStepBackward() async throws { try await check("11.3") }
    @Test func dotAttentionBackward() async throws { try await check("11.4") }
    @Test func causalConv1dBackward() async throws { try await check("11.5") }
    @Test func ctcBackward() async throws { try await check("11.6") }
  }
}
