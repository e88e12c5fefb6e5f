import Backprop
import Foundation
import Testing

/// A call that cannot work, and words of the sentence with which it stops.
///
/// Modules of the library are compiled without Swift's own checks, in debug builds too: what no sentence
/// stops reads or writes foreign memory, or returns a number that means nothing.
struct WrongCall: Sendable {
  let words: String
  let call: @Sendable () -> Void

  init(_ words: String, _ call: @escaping @Sendable () -> Void) {
    (self.words, self.call) = (words, call)
  }

  static let all =
    tensors + hyperparameters + optimizers + convolutions + pooling + layers + sequences + graphs
    + losses + kernels + detection + embeddings + sequenceLayers + attention + generating
    + reinforcement + importance + manyMachines
}

// One after the other: hundreds of processes at once would leave no time to tests that measure it.
@Suite(.serialized) struct WrongCallTests {
  @Test(arguments: WrongCall.all.indices)
  func `a call that cannot work stops with a sentence`(place: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [place = place as Int] in
      withoutBacktrace()
      WrongCall.all[place].call()
    }
    let (words, said) = (WrongCall.all[place].words, result?.standardErrorContent ?? [])
    let text = String(decoding: said, as: UTF8.self)
    #expect(text.contains(words), "\"\(words)\" is not in \"\(text.prefix(400))\"")
  }
}

/// Lets a trap end this process at once, where tests of other modules have asked for backtraces: they
/// take a second each.
func withoutBacktrace() {
  for number in [SIGILL, SIGTRAP, SIGABRT] { signal(number, SIG_DFL) }
}

/// A tensor of zeros.
func zeros(_ shape: Int...) -> Tensor<Double> { Tensor(shape: shape) }

/// What a layer's forward pass in training remembers.
func cache<L: TensorLayer<Double>>(of layer: L, _ x: Tensor<Double>) -> L.Cache {
  var context = Context.training(seed: 1)
  return layer.forward(x, in: &context).cache
}
