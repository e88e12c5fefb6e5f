import Backprop

/// A layer that makes sequences of rows, three steps each.
private struct ThreeAtOnce: Layer {
  func forward(
    _ x: Tensor<Double>, in context: inout Context
  ) -> (output: Tensor<Double>, cache: [Int]) {
    (Tensor(shape: [x.rows / 3, 3, 1]), x.shape)
  }

  func backward(
    _ dY: Tensor<Double>, _ cache: [Int]
  ) -> (dInput: Tensor<Double>, gradient: NoParameters<Double>) {
    (Tensor(shape: cache), NoParameters())
  }
}

extension WrongCall {
  /// Calls of the layers and losses for sequences that cannot work.
  static let sequenceLayers: [WrongCall] = [
    WrongCall("maskedCrossEntropy: logits: the input's shape is [2, 3]") {
      _ = maskedCrossEntropy(logits: zeros(2, 3), targets: [[0]], mask: [[1]])
    },
    WrongCall("there must be 2 rows of 2") {
      _ = maskedCrossEntropy(
        logits: zeros(2, 2, 3), targets: [[0, 1]], mask: [[1, 1], [1, 0]])
    },
    WrongCall("with one 1 at least") {
      _ = maskedCrossEntropy(logits: zeros(1, 2, 3), targets: [[0, 1]], mask: [[0, 0]])
    },
    WrongCall("a target that counts is negative") {
      _ = maskedCrossEntropy(logits: zeros(1, 2, 3), targets: [[0, -1]], mask: [[1, 1]])
    },
    WrongCall("dotAttention: the query is [2, 3]") {
      _ = dotAttention(zeros(2, 3), zeros(2, 4, 5))
    },
    WrongCall("with a 1 in each") {
      _ = dotAttention(zeros(2, 3), zeros(2, 2, 3), mask: [[1, 0], [0, 0]])
    },
    WrongCall("dotAttentionBackward: dc is [2, 2]") {
      _ = dotAttentionBackward(
        zeros(2, 2), query: zeros(2, 3), states: zeros(2, 4, 3), weights: zeros(2, 4))
    },
    WrongCall("ctc: logits [3, 2, 4] and 1 labels") {
      _ = ctc(logits: zeros(3, 2, 4), labels: [[1]])
    },
    WrongCall("and 0 is the blank") { _ = ctc(logits: zeros(3, 1, 4), labels: [[1, 0]]) },
    WrongCall("with 4 classes its own are 1 to 3") {
      _ = ctc(logits: zeros(3, 1, 4), labels: [[4]])
    },
    WrongCall("needs 3 frames, a blank between equal neighbours included; there are 2") {
      _ = ctc(logits: zeros(2, 1, 4), labels: [[1, 1]])
    },
    WrongCall("CausalConv1d: a dilation of 0") {
      _ = CausalConv1d(weight: zeros(2, 3, 2), bias: zeros(2), dilation: 0)
    },
    WrongCall("must be [out, in, k] and [out]") {
      _ = CausalConv1d(weight: zeros(2, 3), bias: zeros(2))
    },
    WrongCall("CausalConv1d: the input is [2, 4, 5]") {
      _ = CausalConv1d(weight: zeros(2, 3, 2), bias: zeros(2))(zeros(2, 4, 5))
    },
    WrongCall("CausalConv1d backward: dY is [2, 2, 4]") {
      let layer = CausalConv1d(weight: zeros(2, 3, 2), bias: zeros(2))
      _ = layer.backward(zeros(2, 2, 4), cache(of: layer, zeros(2, 3, 5)))
    },
    WrongCall("GRU: Wh is [3, 12]") {
      _ = GRU(
        RecurrentParameters(
          inputWeight: zeros(2, 12), hiddenWeight: zeros(3, 12), bias: zeros(12)))
    },
    WrongCall("gruStep: x is [4, 5]") {
      var generator = SplitMix64(seed: 1)
      _ = GRU<Double>(2, 3, using: &generator)(zeros(4, 2, 5))
    },
    WrongCall("GRU backward: dY has 1 steps") {
      var generator = SplitMix64(seed: 1)
      let layer = GRU<Double>(2, 3, using: &generator)
      _ = layer.backward(zeros(4, 1, 3), cache(of: layer, zeros(4, 2, 2)))
    },
    WrongCall("GRU backward: step 1 gives dX [4, 1]") {
      var generator = SplitMix64(seed: 1)
      let layer = GRU<Double>(2, 3, using: &generator)
      let result = layer.backwardThroughTime(zeros(4, 2, 3), cache(of: layer, zeros(4, 2, 2))) {
        dNext, _ in
        (zeros(4, 1), dNext, layer.parameters)
      }
      print(result.dX)
    },
    WrongCall("EveryStep: the input's shape is [2, 3]") {
      _ = EveryStep(Dense<Double>(weight: zeros(3, 2), bias: zeros(2)))(zeros(2, 3))
    },
    WrongCall("CausalConv1d: weight [2, 3, 2] and bias [3]") {
      _ = CausalConv1d(weight: zeros(2, 3, 2), bias: zeros(3))
    },
    WrongCall("[inputs, 3·hidden] and [hidden, 3·hidden]: r, z, n") {
      let parameters = RecurrentParameters(
        inputWeight: zeros(2, 12), hiddenWeight: zeros(3, 12), bias: zeros(12))
      _ = gruStep(zeros(4, 2), zeros(4, 3), parameters)
    },
    WrongCall("2 rows of mask of [2, 1] steps") {
      _ = maskedCrossEntropy(
        logits: zeros(2, 2, 3), targets: [[0, 1], [0, 1]], mask: [[1, 1], [1]])
    },
    WrongCall("EveryStep: the layer makes [2, 3, 1] of [6, 2]; it must keep the rows") {
      _ = EveryStep(ThreeAtOnce())(zeros(2, 3, 2))
    },
    WrongCall("EveryStep backward: dY is [2, 4, 2]; it must be [m, 3, k]") {
      let layer = EveryStep(Dense<Double>(weight: zeros(3, 2), bias: zeros(2)))
      _ = layer.backward(zeros(2, 4, 2), cache(of: layer, zeros(2, 3, 3)))
    },
  ]
}
