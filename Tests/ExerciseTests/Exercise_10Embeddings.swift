import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

extension Exercises {
  struct Exercise_10Embeddings {
    @Test func embeddingBackward() async throws { try await check("10.1") }
    @Test func l2NormalizeBackward() async throws { try await check("10.2") }
    @Test func tripletLossBackward() async throws { try await check("10.3") }
    @Test func infoNCEBackward() async throws { try await check("10.4") }
    @Test func negativeSamplingBackward() async throws { try await check("10.5") }
    @Test func matrixFactorizationBackward() async throws { try await check("10.6") }
    @Test func kalmanStep() async throws { try await check("10.7") }
  }
}
