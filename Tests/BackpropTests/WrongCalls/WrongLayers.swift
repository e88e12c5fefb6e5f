import Backprop

private func dense(_ inputs: Int = 2, _ outputs: Int = 3) -> Dense<Double> {
  Dense(weight: zeros(inputs, outputs), bias: zeros(outputs))
}

private func norm(_ change: (inout BatchNorm<Double>) -> Void = { _ in }) -> BatchNorm<Double> {
  var layer = BatchNorm<Double>(3)
  change(&layer)
  return layer
}

extension WrongCall {
  static let layers: [WrongCall] = [
    WrongCall("weight [6] and bias [3]") {
      var layer = dense()
      layer.parameters.weight = zeros(6)
      _ = layer(zeros(4, 2))
    },
    WrongCall("weight [2, 3] and bias [4, 3]") {
      var layer = dense()
      layer.parameters.bias = zeros(4, 3)
      _ = layer(zeros(4, 2))
    },
    WrongCall("Dense: the input is [2]") { _ = dense()(zeros(2)) },
    WrongCall("Dense: a number of inputs of 0") {
      var generator = SplitMix64(seed: 1)
      _ = Dense<Double>(0, 3, using: &generator)
    },
    WrongCall("Dense: a number of outputs of -3") {
      var generator = SplitMix64(seed: 1)
      _ = Dense<Double>(2, -3, using: &generator)
    },
    WrongCall("Dense backward: dY is [4, 3] and the cached input [5, 2]") {
      _ = dense().backward(zeros(4, 3), .init(x: zeros(5, 2)))
    },
    WrongCall("Dense backward: dY is [4, 3] and the cached input [4, 5]") {
      _ = dense().gradient(zeros(4, 3), .init(x: zeros(4, 5)))
    },
    WrongCall("Dense backward: dY is [4, 2]") {
      _ = dense().backward(zeros(4, 2), .init(x: zeros(4, 2)))
    },
    WrongCall("γ is [5]") {
      _ = norm { $0.parameters.scale = zeros(5) }(zeros(4, 3))
    },
    WrongCall("β [1]") {
      var context = Context.training(seed: 1)
      _ = norm { $0.parameters.shift = zeros(1) }.forward(zeros(4, 3), in: &context)
    },
    WrongCall("the running mean [2]") { _ = norm { $0.runningMean = zeros(2) }(zeros(4, 3)) },
    WrongCall("the running mean [0]") { _ = norm { $0.runningMean = zeros(0) }(zeros(4, 3)) },
    WrongCall("the variance [3, 1]") { _ = norm { $0.runningVariance = zeros(3, 1) }(zeros(4, 3)) },
    WrongCall("the running mean [7]") {
      var layer = norm()
      layer.visitState { _, tensor in tensor = zeros(7) }
      _ = layer(zeros(4, 3))
    },
    WrongCall("with 3 channels it must be") { _ = norm()(zeros(4, 5)) },
    WrongCall("with 3 channels it must be") { _ = norm()(zeros(3)) },
    WrongCall("which have no variance") { _ = cache(of: norm(), zeros(1, 3)) },
    WrongCall("a cache of 5 channels in a layer of 3") {
      _ = norm().backward(zeros(4, 5), cache(of: BatchNorm(5), zeros(4, 5)))
    },
    WrongCall("β [2]") {
      let cache = cache(of: norm(), zeros(4, 3))
      _ = norm { $0.parameters.shift = zeros(2) }.backward(zeros(4, 3), cache)
    },
    WrongCall("a batch of 5 channels observed by a layer of 3") {
      var layer = norm()
      layer.observe(cache(of: BatchNorm(5), zeros(4, 5)))
    },
    WrongCall("BatchNorm backward: dY is [4, 2]") {
      _ = norm().backward(zeros(4, 2), cache(of: norm(), zeros(4, 3)))
    },
    WrongCall("LayerNorm: γ is [3] and β [2]") {
      var layer = LayerNorm<Double>(3)
      layer.parameters.shift = zeros(2)
      _ = layer(zeros(4, 3))
    },
    WrongCall("LayerNorm: the input is [3]") { _ = LayerNorm<Double>(3)(zeros(3)) },
    WrongCall("a cache of 5 features in a layer of 3") {
      _ = LayerNorm<Double>(3).backward(zeros(4, 5), cache(of: LayerNorm(5), zeros(4, 5)))
    },
    WrongCall("the scale is [2] and the shift [3]") {
      _ = ScaleAndShift<Double>(scale: zeros(2), shift: zeros(3))
    },
    WrongCall("Dropout backward: dY is [4, 3], should be [3]") {
      _ = Dropout<Double>(rate: 0.5).backward(zeros(4, 3), .init(scaledMask: zeros(3)))
    },
    WrongCall("relu backward: dy is [4, 3], should be [12]") {
      _ = Activation<Double>.relu.backward(zeros(4, 3), .init(x: zeros(12)))
    },
    WrongCall("tanh backward: dy is [2], should be [4]") {
      _ = Activation<Double>.tanh.backward(zeros(2), .init(x: zeros(4)))
    },
    WrongCall("ImagesIn: the input is [4, 784]") { _ = ImagesIn<Double>()(zeros(4, 784)) },
    WrongCall("ImagesIn backward: dY is [4]") { _ = ImagesIn<Double>().backward(zeros(4), ()) },
    WrongCall("Flatten.Cache: the input's shape is [2, 2]") {
      _ = Flatten<Double>().backward(zeros(2, 2), .init(shape: [2, 2]))
    },
    WrongCall("Flatten.Cache: the input's shape is [-1, -2, 2, 1]") {
      _ = Flatten<Double>().backward(zeros(1, 4), .init(shape: [-1, -2, 2, 1]))
    },
    WrongCall("Flatten backward: dY is [1, 4]") {
      _ = Flatten<Double>().backward(zeros(1, 4), .init(shape: [1, 2, 3, 1]))
    },
    WrongCall("Stack: 1 caches for 2 layers") {
      _ = Stack([dense(2, 2), dense(2, 2)]).backward(zeros(4, 2), [.init(x: zeros(4, 2))])
    },
    WrongCall("Stack: 0 caches for 1 layers") {
      _ = Stack([dense(2, 2)]).gradient(zeros(4, 2), [])
    },
    WrongCall("Stack: 0 caches for 1 layers") {
      var stack = Stack([norm()])
      stack.observe([])
    },
    WrongCall("Stack: a depth of -1") { _ = Stack(depth: -1) { _ in dense() } },
    WrongCall("Residual: the body makes [4, 3] of [4, 2]") { _ = Residual(dense())(zeros(4, 2)) },
    WrongCall("Projected: the body makes") {
      _ = Projected(dense(), shortcut: dense(2, 4))(zeros(4, 2))
    },
    WrongCall("predict: a batch of 0") { _ = dense().predict(zeros(4, 2), batch: 0) },
    WrongCall("predict: 3 samples give [2, 4, 4, 3]") {
      _ = ImagesIn<Double>().predict(zeros(3, 2, 4, 4))
    },
    WrongCall("labels: sample 1 has label 3") {
      var (layer, rule) = (dense(), Adam<Double>())
      var context = Context.training(seed: 1)
      _ = layer.trainingStep(zeros(2, 2), labels: [0, 3], with: &rule, in: &context)
    },
    WrongCall("Dense backward: dY is [2, 4]") {
      var (layer, rule) = (dense(), Adam<Double>())
      var context = Context.training(seed: 1)
      _ = layer.trainingStep(zeros(2, 2), with: &rule, in: &context) { _ in (0, zeros(2, 4)) }
    },
  ]

  static let sequences: [WrongCall] = [
    WrongCall("step 1 gives dX [4, 1]") { backThroughTime { ($0.dX.rows(0..<4), $0.dH) } },
    WrongCall("step 1 gives dX [0, 2]") { backThroughTime { (zeros(0, 2), $0.dH) } },
    WrongCall("and dH [3]") { backThroughTime(inputs: 2) { ($0.dX, zeros(3)) } },
    WrongCall("hiddenWeight: [3, 3] + [3]") {
      let layer = recurrent(inputs: 2)
      _ = layer.backwardThroughTime(zeros(4, 2, 3), cache(of: layer, zeros(4, 2, 2))) { _, _, _ in
        var gradient = layer.parameters
        gradient.hiddenWeight = zeros(3)
        return (zeros(4, 2), zeros(4, 3), gradient)
      }
    },
    WrongCall("dY has 3 steps, the forward pass had 2") {
      let layer = recurrent(inputs: 2)
      _ = layer.backward(zeros(4, 3, 3), cache(of: layer, zeros(4, 2, 2)))
    },
    WrongCall("rnnStepBackward: dNext is") {
      let layer = recurrent(inputs: 2)
      _ = rnnStepBackward(
        zeros(3), cache(of: layer, zeros(4, 2, 2))[0], layer.parameters)
    },
    WrongCall("they belong to another step or layer") {
      let (layer, other) = (recurrent(inputs: 2), recurrent(inputs: 5))
      _ = layer.backward(zeros(4, 2, 3), cache(of: other, zeros(4, 2, 5)))
    },
    WrongCall("is no batch of sequences") { _ = recurrent(inputs: 2)(zeros(4, 2)) },
    WrongCall("rnnStep: x is [4, 5]") { _ = recurrent(inputs: 2)(zeros(4, 2, 5)) },
    WrongCall("RecurrentParameters: Wx is [2, 3], Wh [3, 3] and b [4, 3]") {
      var layer = recurrent(inputs: 2)
      layer.parameters.bias = zeros(4, 3)
      _ = layer(zeros(4, 2, 2))
    },
    WrongCall("Wh [9]") {
      var parameters = recurrent(inputs: 2).parameters
      parameters.hiddenWeight = zeros(9)
      _ = RNN(parameters)
    },
    WrongCall("Wh [9]") {
      var parameters = recurrent(inputs: 2).parameters
      parameters.hiddenWeight = zeros(9)
      _ = LSTM(parameters)
    },
    WrongCall("LSTM: a hidden state of 4611686018427387904") {
      var generator = SplitMix64(seed: 1)
      _ = LSTM<Double>(2, 1 << 62, using: &generator)
    },
    WrongCall("RNN: a hidden state of 0") {
      var generator = SplitMix64(seed: 1)
      _ = RNN<Double>(2, 0, using: &generator)
    },
    WrongCall("b four times as wide") {
      _ = lstmStep(zeros(4, 2), zeros(4, 3), zeros(4, 3), recurrent(inputs: 2).parameters)
    },
    WrongCall("lstmStepBackward: dNext is [4, 3] and dNextC [3]") {
      var generator = SplitMix64(seed: 1)
      let layer = LSTM<Double>(2, 3, using: &generator)
      let cache = cache(of: layer, zeros(4, 2, 2))
      _ = lstmStepBackward(zeros(4, 3), zeros(3), cache[0], layer.parameters)
    },
    WrongCall("LSTM backward: dY has 1 steps") {
      var generator = SplitMix64(seed: 1)
      let layer = LSTM<Double>(2, 3, using: &generator)
      _ = layer.backward(zeros(4, 1, 3), cache(of: layer, zeros(4, 2, 2)))
    },
    WrongCall("LastStep: the input is [4, 0, 2]") { _ = LastStep<Double>()(zeros(4, 0, 2)) },
    WrongCall("LastStep.Cache: the input's shape is [4]") {
      _ = LastStep<Double>().backward(zeros(4, 2), .init(shape: [4]))
    },
    WrongCall("LastStep backward: dY is [4, 2]") {
      _ = LastStep<Double>().backward(zeros(4, 2), .init(shape: [4, 0, 2]))
    },
    WrongCall("h is [4, 3], c [1, 3]") {
      var generator = SplitMix64(seed: 1)
      let layer = LSTM<Double>(2, 3, using: &generator)
      _ = lstmStep(zeros(4, 2), zeros(4, 3), zeros(1, 3), layer.parameters)
    },
    WrongCall("RNN: Wh is [3, 6]; it must be [hidden, hidden]") {
      _ = RNN(
        RecurrentParameters(inputWeight: zeros(2, 6), hiddenWeight: zeros(3, 6), bias: zeros(6)))
    },
    WrongCall("RecurrentParameters: Wx is [2, 3], Wh [3, 4] and b [3]") {
      _ = RecurrentParameters(
        inputWeight: zeros(2, 3), hiddenWeight: zeros(3, 4), bias: zeros(3))
    },
    WrongCall("rnnStep: x is [4, 2] and h [5, 3]") {
      _ = rnnStep(zeros(4, 2), zeros(5, 3), recurrent(inputs: 2).parameters)
    },
    WrongCall("LastStep backward: dY is [4, 2], should be [4, 3]") {
      _ = LastStep<Double>().backward(zeros(4, 2), .init(shape: [4, 5, 3]))
    },
  ]
}

private func recurrent(inputs: Int) -> RNN<Double> {
  RNN(
    RecurrentParameters(
      inputWeight: zeros(inputs, 3), hiddenWeight: zeros(3, 3), bias: zeros(3)))
}

/// Two steps back in time with a chain rule that returns something of another shape.
private func backThroughTime(
  inputs: Int = 1,
  _ change: ((dX: Tensor<Double>, dH: Tensor<Double>)) -> (Tensor<Double>, Tensor<Double>)
) {
  let layer = recurrent(inputs: 2)
  let result = layer.backwardThroughTime(zeros(4, 2, 3), cache(of: layer, zeros(4, 2, 2))) {
    dOutput, _, _ in
    let (dX, dH) = change((zeros(4, inputs), dOutput))
    return (dX, dH, layer.parameters)
  }
  print(result.dX)
}
