import Backprop

private typealias Weights = WeightAndBias<Double>

private func network(_ inputs: Int = 2, _ outputs: Int = 3) -> Dense<Double> {
  Dense(weight: zeros(inputs, outputs), bias: zeros(outputs))
}

private func gradient(_ weight: Int..., bias: Int = 3) -> Weights {
  Weights(weight: Tensor(shape: weight), bias: zeros(bias))
}

/// A step with a gradient that is transposed, one for a single row, and one of another network after a step.
private func wrongSteps<Rule: Optimizer<Double> & SendableMetatype>(
  _ name: String, remembers: Bool = true, _ make: @escaping @Sendable () -> Rule
) -> [WrongCall] {
  var calls = [
    WrongCall("\(name): the gradient of weight is [3, 2], the parameter [2, 3]") {
      var (network, rule) = (network(), make())
      rule.update(&network, gradient(3, 2))
    },
    WrongCall("\(name): the gradient of weight is [3], the parameter [2, 3]") {
      var (network, rule) = (network(), make())
      rule.update(&network, gradient(3))
    },
    WrongCall("\(name): the gradient of point is [200000], the parameter [2]") {
      var (point, rule) = (zeros(2), make())
      rule.update(&point, zeros(200_000))
    },
    WrongCall("\(name): the learning rate is nan") {
      var (point, rule) = (zeros(2), make())
      rule.learningRate = .nan
      rule.update(&point, zeros(2))
    },
    WrongCall("\(name): the learning rate is -0.1") {
      var (network, rule) = (network(), make())
      rule.learningRate = -0.1
      rule.update(&network, gradient(2, 3))
    },
  ]
  if remembers {
    calls += [
      WrongCall("\(name): weight is [4, 3] now, another network than before") {
        var (network, rule) = (network(), make())
        rule.update(&network, gradient(2, 3))
        var other = Dense(weight: zeros(4, 3), bias: zeros(3))
        rule.update(&other, gradient(4, 3))
      },
      WrongCall("another network") {
        var (network, rule) = (network(), make())
        rule.update(&network, gradient(2, 3))
        var point = zeros(2, 3)
        rule.update(&point, zeros(2, 3))
      },
    ]
  }
  return calls
}

extension WrongCall {
  static let optimizers: [WrongCall] =
    wrongSteps("SGD", remembers: false) { SGD(learningRate: 1) }
    + wrongSteps("Momentum") { Momentum(learningRate: 1) }
    + wrongSteps("Nesterov") { Nesterov(learningRate: 1) }
    + wrongSteps("AdaGrad") { AdaGrad() } + wrongSteps("RMSprop") { RMSprop() }
    + wrongSteps("Adam") { Adam() } + wrongSteps("Adam") { AdamW() }
    + wrongSteps("Adam") { Clipped(Adam(), toGlobalNorm: 1) } + [
      WrongCall("weight: [2, 3] + [3]: both must be gradients of one network") {
        _ = gradient(2, 3) + gradient(3)
      },
      WrongCall("addL2Penalty: the gradient of weight is [2, 3], the parameter [3]") {
        var sum = gradient(2, 3)
        sum.addL2Penalty(0.1, of: gradient(3))
      },
      WrongCall("the strength is -1.0") {
        var sum = gradient(2, 3)
        sum.addL2Penalty(-1, of: gradient(2, 3))
      },
      WrongCall("weight: [2, 3] + [3, 2]") {
        var mean = AccumulatedGradient(gradient(2, 3), samples: 2)
        mean.add(gradient(3, 2))
      },
      WrongCall("a gradient of 0 samples") { _ = AccumulatedGradient(gradient(2, 3), samples: 0) },
      WrongCall("cannot be counted") {
        var mean = AccumulatedGradient(gradient(2, 3), samples: 2)
        mean.add(gradient(2, 3), samples: .max)
      },
      WrongCall("parameters of 2 layers meet those of 1") {
        var rule = SGD<Double>(learningRate: 1)
        var stack = Stack([network()])
        rule.update(&stack, ParameterList([gradient(2, 3), gradient(2, 3)]))
      },
      WrongCall("the limit is nan; it must be positive") {
        var sum = gradient(2, 3)
        sum.clip(byGlobalNorm: .nan)
      },
      WrongCall("the limit is 0.0; it must be positive") {
        var sum = gradient(2, 3)
        sum.clip(byValue: 0)
      },
    ]
}
