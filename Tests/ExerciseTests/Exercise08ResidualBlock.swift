import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

extension Exercises {
  struct Exercise08ResidualBlock {
    @Test func residualBackward() async throws { try await check("8.1") }
    @Test func projectionShortcutBackward() async throws { try await check("8.2") }
    @Test func globalAveragePoolBackward() async throws { try await check("8.3") }
    @Test func basicBlockBackward() async throws { try await check("8.4") }
    @Test func bottleneckParameterCount() async throws { try await check("8.5") }
  }
}
