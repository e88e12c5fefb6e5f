import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

struct Exercise01Activations {
  @Test func sigmoidBackward() async throws { try await check("1.1") }
}
