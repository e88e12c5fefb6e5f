import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

extension Exercises {
  struct Exercise06Optimizers {
    @Test func momentumStep() async throws { try await check("6.1") }
    @Test func nesterovStep() async throws { try await check("6.2") }
    @Test func rmspropStep() async throws { try await check("6.3") }
    @Test func adamStep() async throws { try await check("6.4") }
    @Test func clipByGlobalNorm() async throws { try await check("6.5") }
    @Test func warmupCosine() async throws { try await check("6.6") }
    @Test func newtonStep() async throws { try await check("6.7") }
  }
}
