import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

extension Exercises {
  struct Exercise_16ManyMachines {
    @Test func shardedGradient() async throws { try await check("16.1") }
    @Test func ringAllReduce() async throws { try await check("16.2") }
    @Test func topKWithMemory() async throws { try await check("16.3") }
    @Test func federatedAverage() async throws { try await check("16.4") }
    @Test func privateGradient() async throws { try await check("16.5") }
    @Test func mamlBackward() async throws { try await check("16.6") }
  }
}
