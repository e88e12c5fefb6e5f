import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

extension Exercises {
  struct Exercise09Detection {
    @Test func focalLossBackward() async throws { try await check("9.1") }
    @Test func boxDecodeBackward() async throws { try await check("9.2") }
    @Test func giouLossBackward() async throws { try await check("9.3") }
    @Test func transposedConv2dBackward() async throws { try await check("9.4") }
    @Test func upsampleConcatBackward() async throws { try await check("9.5") }
    @Test func softDiceBackward() async throws { try await check("9.6") }
    @Test func regionMaxPoolBackward() async throws { try await check("9.7") }
  }
}
