import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

extension Exercises {
  struct Exercise_15WhatMatters {
    @Test func distillationBackward() async throws { try await check("15.1") }
    @Test func fakeQuantize() async throws { try await check("15.2") }
    @Test func maskedDenseBackward() async throws { try await check("15.3") }
    @Test func sharedWeightBackward() async throws { try await check("15.4") }
    @Test func integratedGradients() async throws { try await check("15.5") }
    @Test func gradCAM() async throws { try await check("15.6") }
    @Test func learnedStepBackward() async throws { try await check("15.7") }
  }
}
