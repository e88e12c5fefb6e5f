import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

extension Exercises {
  struct Exercise_12GraphsAndAttention {
    @Test func graphConvolutionBackward() async throws { try await check("12.1") }
    @Test func attentionBackward() async throws { try await check("12.2") }
    @Test func multiHeadBackward() async throws { try await check("12.3") }
    @Test func transformerBlockBackward() async throws { try await check("12.4") }
    @Test func tiedOutputBackward() async throws { try await check("12.5") }
    @Test func patchEmbeddingBackward() async throws { try await check("12.6") }
  }
}
