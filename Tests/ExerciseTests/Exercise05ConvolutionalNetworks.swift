import Testing

// One test an exercise, so that --filter and an IDE find each by its name.

extension Exercises {
  struct Exercise05ConvolutionalNetworks {
    @Test func conv2dBackwardBias() async throws { try await check("5.1") }
    @Test func conv2dBackwardWeights() async throws { try await check("5.2") }
    @Test func conv2dBackwardInput() async throws { try await check("5.3") }
    @Test func maxPoolBackward() async throws { try await check("5.4") }
    @Test func averagePoolBackward() async throws { try await check("5.5") }
    @Test func depthwiseConv2dBackward() async throws { try await check("5.6") }
  }
}
