import Backprop
import Datasets
import SmallSets
import Foundation
import TextSets
import Testing

/// Calls that cannot work, with words of the sentence with which each stops.
private let wrongCalls: [(words: String, call: @Sendable () -> Void)] = [
  ("are not images of -2 × -2", { shifted(height: -2, width: -2, upTo: 1) }),
  (
    "are not images of 4294967296 × 4294967296",
    { shifted(height: 1 << 32, width: 1 << 32, upTo: 1) }
  ),
  ("a shift of up to -1 pixels", { shifted(height: 2, width: 2, upTo: -1) }),
  ("a shift of up to 9223372036854775807 pixels", { shifted(height: 2, width: 2, upTo: .max) }),
  ("4 pixels are not 1 images of -2 × -2", { image(height: -2, width: -2) }),
  ("are not 1 images of 4294967296 × 4294967296", { image(height: 1 << 32, width: 1 << 32) }),
  ("every label must be from 0 to 0", { image(height: 2, width: 2, label: 1) }),
  ("there is no image 1", { _ = digits.samples(at: [1]) }),
  ("first: -1 images", { _ = digits.first(-1) }),
  (
    "do not fit into the memory",
    {
      var generator = SplitMix64(seed: 1)
      _ = twoMoons(count: 1 << 50, noise: 0, using: &generator)
    }
  ),
  (
    "more elements than can be counted",
    {
      var generator = SplitMix64(seed: 1)
      _ = spirals(countPerArm: 1 << 40, arms: 1 << 40, noise: 0, using: &generator)
    }
  ),
  (
    "the noise is nan",
    {
      var generator = SplitMix64(seed: 1)
      _ = twoMoons(count: 2, noise: .nan, using: &generator)
    }
  ),
  ("NameBatch: there are no names", { _ = NameBatch([]) }),
  ("NameBatch: 3 places are too few", { _ = NameBatch(["ann"], length: 3) }),
  ("something other than the letters a to z", { _ = NameBatch(["Ann"]) }),
  ("there is no token 27", { _ = LetterVocabulary.text(of: [27]) }),
]

private let digits = ImageData(
  pixels: [0, 0, 0, 0], labels: [0], height: 2, width: 2, classes: ["zero"])

private func image(height: Int, width: Int, label: Int = 0) {
  _ = ImageData(
    pixels: [0, 0, 0, 0], labels: [label], height: height, width: width, classes: ["zero"])
}

private func shifted(height: Int, width: Int, upTo most: Int) {
  var generator = SplitMix64(seed: 1)
  _ = randomlyShifted(
    Tensor<Double>(shape: [1, 4]), height: height, width: width, upTo: most, using: &generator)
}

@Suite struct WrongCallsOfDataTests {
  @Test(arguments: wrongCalls.indices)
  func `data that cannot be stop with a sentence`(place: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [place = place as Int] in
      // Tests of other modules ask for backtraces, which take a second each.
      for number in [SIGILL, SIGTRAP, SIGABRT] { signal(number, SIG_DFL) }
      wrongCalls[place].call()
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains(wrongCalls[place].words), "\(text.prefix(300))")
  }
}
