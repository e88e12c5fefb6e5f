import Backprop

extension WrongCall {
  static let importance: [WrongCall] = [
    WrongCall("both must be [m, classes]") {
      _ = distillationLoss(
        logits: zeros(2, 3), teacher: zeros(2, 4), labels: [0, 1], temperature: 1, alpha: 0.5)
    },
    WrongCall("distillationLoss: the temperature is 0.0") {
      _ = distillationLoss(
        logits: zeros(1, 2), teacher: zeros(1, 2), labels: [0], temperature: 0, alpha: 0.5)
    },
    WrongCall("it is the teacher's share") {
      _ = distillationLoss(
        logits: zeros(1, 2), teacher: zeros(1, 2), labels: [0], temperature: 1, alpha: 1.5)
    },
    WrongCall("alpha is nan") {
      _ = distillationLoss(
        logits: zeros(1, 2), teacher: zeros(1, 2), labels: [0], temperature: 1, alpha: .nan)
    },
    WrongCall("quantization: 1 bits; take 2 to 16") {
      _ = fakeQuantize(zeros(2), step: 1, bits: 1)
    },
    WrongCall("fakeQuantize: the step is 0.0") { _ = fakeQuantize(zeros(2), step: 0, bits: 4) },
    WrongCall("the step is -0.5; it must be above 0") {
      _ = learnedStepBackward(zeros(2), weight: zeros(2), step: -0.5, bits: 4)
    },
    WrongCall("fakeQuantizeBackward: dy is [2], W is [3]") {
      _ = fakeQuantizeBackward(zeros(2), weight: zeros(3), step: 1, bits: 4)
    },
    WrongCall("has no elements") { _ = quantizationStep(of: zeros(0), bits: 4) },
    WrongCall("a share of 50.0 to prune") { _ = magnitudeMask(of: zeros(2), pruning: 50) },
    WrongCall("it must have W's shape") {
      _ = MaskedDense(Dense(weight: zeros(2, 3), bias: zeros(3)), mask: zeros(3, 2))
    },
    WrongCall("no numbers but 0 and 1") {
      _ = MaskedDense(Dense(weight: zeros(1, 1), bias: zeros(1)), mask: zeros(1, 1) + 0.5)
    },
    WrongCall("the place 3 is none of 0…2") {
      _ = sharedWeight(zeros(3), index: [0, 3], shape: [2])
    },
    WrongCall("sharedWeightBackward: dW is [2, 2], the index has 3 places") {
      _ = sharedWeightBackward(zeros(2, 2), index: [0, 0, 0], of: 1)
    },
    WrongCall("the place -1 is none of 0…0") {
      _ = sharedWeightBackward(zeros(1), index: [-1], of: 1)
    },
    WrongCall("it must have an element at least") { _ = codebook(of: zeros(0), values: 2) },
    WrongCall("finite ones alone") { _ = codebook(of: zeros(2) + .infinity, values: 2) },
    WrongCall("codebook: a number of values of 0") { _ = codebook(of: zeros(2), values: 0) },
    WrongCall("give a class for each row") {
      _ = Dense(weight: zeros(2, 2), bias: zeros(2)).inputGradient(at: zeros(3, 2), classes: [0])
    },
    WrongCall("gradientTimesInput: the gradient is [2]") {
      _ = gradientTimesInput(zeros(2), x: zeros(3))
    },
    WrongCall("integratedGradients: x is [2], the baseline [3]") {
      _ = integratedGradients(at: zeros(2), baseline: zeros(3), steps: 2) { $0 }
    },
    WrongCall("a number of steps of 0") {
      _ = integratedGradients(at: zeros(2), baseline: zeros(2), steps: 0) { $0 }
    },
    WrongCall("the gradient is [1] where x is [2]") {
      _ = integratedGradients(at: zeros(2), baseline: zeros(2), steps: 1) { _ in zeros(1) }
    },
    WrongCall("signAttack: epsilon is -0.1") {
      _ = signAttack(zeros(2), gradient: zeros(2), epsilon: -0.1)
    },
    WrongCall("signAttack: the gradient is [1], x is [2]") {
      _ = signAttack(zeros(2), gradient: zeros(1), epsilon: 0.1)
    },
    WrongCall("[channels, height, width] of one image") {
      _ = gradCAM(activations: zeros(2, 2), gradient: zeros(2, 2))
    },
    WrongCall("both must be [channels, height, width]") {
      _ = gradCAM(activations: zeros(2, 2, 2), gradient: zeros(2, 2, 1))
    },
    WrongCall("gradCAM: A is [2, 0, 2]") {
      _ = gradCAM(activations: zeros(2, 0, 2), gradient: zeros(2, 0, 2))
    },
    WrongCall("quantization: 17 bits; take 2 to 16") {
      _ = QuantizedDense(Dense(weight: zeros(2, 2), bias: zeros(2)), bits: 17)
    },
    WrongCall("the place 4 is none of 0…3, a codebook of 4") {
      _ = SharedDense(codebook: zeros(4), index: [0, 4], shape: [2, 1], bias: zeros(1))
    },
  ]
}
