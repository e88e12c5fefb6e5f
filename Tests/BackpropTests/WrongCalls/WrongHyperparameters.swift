import Backprop

extension WrongCall {
  static let hyperparameters: [WrongCall] = [
    WrongCall("SGD: the learning rate is nan") { _ = SGD<Double>(learningRate: .nan) },
    WrongCall("Momentum: the learning rate is inf") {
      _ = Momentum<Float>(learningRate: .infinity)
    },
    WrongCall("Momentum: β is 1.0") { _ = Momentum<Double>(learningRate: 1, beta: 1) },
    WrongCall("Nesterov: β is -0.5") { _ = Nesterov<Double>(learningRate: 1, beta: -0.5) },
    WrongCall("AdaGrad: ε is 0.0") { _ = AdaGrad<Double>(epsilon: 0) },
    WrongCall("AdaGrad: the learning rate is -1.0") { _ = AdaGrad<Double>(learningRate: -1) },
    WrongCall("RMSprop: ρ is nan") { _ = RMSprop<Double>(rho: .nan) },
    WrongCall("RMSprop: ε is -1e-08") { _ = RMSprop<Double>(epsilon: -1e-8) },
    WrongCall("Adam: ε is 0.0") { _ = Adam<Double>(epsilon: 0) },
    WrongCall("Adam: ε is inf") { _ = Adam<Double>(epsilon: .infinity) },
    WrongCall("Adam: β₁ is 1.0") { _ = Adam<Double>(beta1: 1) },
    WrongCall("Adam: β₂ is 1.5") { _ = Adam<Float>(beta2: 1.5) },
    WrongCall("Adam: β₂ is -0.1") { _ = AdamW<Double>(beta2: -0.1) },
    WrongCall("AdamW: the decay is -1.0") { _ = AdamW<Double>(decay: -1) },
    WrongCall("AdamW: the decay is nan") { _ = AdamW<Double>(decay: .nan) },
    WrongCall("Clipped: the limit is -1.0") {
      _ = Clipped(SGD<Double>(learningRate: 1), toGlobalNorm: -1)
    },
    WrongCall("BatchNorm: ε is 0.0") { _ = BatchNorm<Double>(2, epsilon: 0) },
    WrongCall("BatchNorm: ε is nan") { _ = BatchNorm<Double>(2, epsilon: .nan) },
    WrongCall("BatchNorm: the momentum is 1.5") { _ = BatchNorm<Double>(2, momentum: 1.5) },
    WrongCall("BatchNorm: the momentum is nan") { _ = BatchNorm<Double>(2, momentum: .nan) },
    WrongCall("BatchNorm: 0 channels") { _ = BatchNorm<Double>(0) },
    WrongCall("LayerNorm: ε is -1.0") { _ = LayerNorm<Double>(2, epsilon: -1) },
    WrongCall("LayerNorm: -3 features") { _ = LayerNorm<Double>(-3) },
    WrongCall("Dropout: the rate is nan") { _ = Dropout<Double>(rate: .nan) },
    WrongCall("Dropout: the rate is -0.1") { _ = Dropout<Double>(rate: -0.1) },
    WrongCall("leakyReLU: the slope is nan") {
      _ = Activation<Double>.leakyReLU(slope: .nan)(zeros(2))
    },
    WrongCall("elu: alpha is inf") { _ = Activation<Double>.elu(alpha: .infinity)(zeros(2)) },
    WrongCall("the forget gates' bias is inf") {
      var generator = SplitMix64(seed: 1)
      _ = LSTM<Double>(2, 3, forgetBias: .infinity, using: &generator)
    },
    WrongCall("Initializer: fanIn is 0") {
      _ = Initializer.he.standardDeviation(fanIn: 0, fanOut: 1)
    },
    WrongCall("the standard deviation is -1.0") {
      _ = Initializer.normal(-1).standardDeviation(fanIn: 1, fanOut: 1)
    },
    WrongCall("Initializer: fanIn is 1 and fanOut is -1") {
      var generator = SplitMix64(seed: 1)
      let _: Tensor<Double> = Initializer.glorot([1], fanIn: 1, fanOut: -1, using: &generator)
    },
    WrongCall("Schedule.constant: the rate is nan") { _ = Schedule<Double>.constant(.nan)(0) },
    WrongCall("Schedule: step -1") { _ = Schedule<Double>.constant(1)(-1) },
    WrongCall("Schedule.step: every 0 steps") {
      _ = Schedule<Double>.step(1, factor: 0.5, every: 0)(3)
    },
    WrongCall("Schedule.step: the factor is -0.5") {
      _ = Schedule<Double>.step(1, factor: -0.5, every: 2)(3)
    },
    WrongCall("Schedule.exponential: the factor is 0.0") {
      _ = Schedule<Double>.exponential(1, factor: 0)(3)
    },
    WrongCall("Schedule.inverseTime: the decay is -0.5") {
      _ = Schedule<Double>.inverseTime(1, decay: -0.5)(2)
    },
    WrongCall("Schedule.warmupCosine: the peak is inf") {
      _ = Schedule<Double>.warmupCosine(peak: .infinity, warmup: 1, steps: 3)(0)
    },
    WrongCall("a warm-up of -1 in 3 steps") {
      _ = Schedule<Double>.warmupCosine(peak: 1, warmup: -1, steps: 3)(0)
    },
    WrongCall("cosineSchedule: step 0 of 0") { _ = cosineSchedule(step: 0, of: 0, from: 1.0) },
    WrongCall("the rate at the end is nan") {
      _ = cosineSchedule(step: 0, of: 2, from: 1.0, to: .nan)
    },
    WrongCall("PlateauSchedule: the learning rate is -1.0") {
      _ = PlateauSchedule<Double>(from: -1)
    },
    WrongCall("PlateauSchedule: the threshold is 1.0") {
      _ = PlateauSchedule<Double>(from: 1, threshold: 1)
    },
    WrongCall("PlateauSchedule: the floor is nan") {
      _ = PlateauSchedule<Double>(from: 1, floor: .nan)
    },
    WrongCall("a factor of nan after 10 losses") {
      _ = PlateauSchedule<Double>(from: 1, factor: .nan)
    },
    WrongCall("the strength l2 is -0.1") {
      var (layer, rule) = (Dense(weight: zeros(2, 3), bias: zeros(3)), Adam<Double>())
      var context = Context.training(seed: 1)
      _ = layer.trainingStep(
        zeros(4, 2), labels: [0, 1, 2, 0], l2: -0.1, with: &rule, in: &context)
    },
    WrongCall("newtonStep: the damping is -1.0") {
      _ = try? newtonStep(
        from: zeros(2), gradient: zeros(2), hessian: zeros(2, 2), damping: -1)
    },
    WrongCall("hessian: the step is inf") {
      _ = hessian(of: { $0.sum() }, at: zeros(2), step: .infinity)
    },
    WrongCall("numericalGradient: the step is nan") {
      _ = numericalGradient(of: { $0.sum() }, at: zeros(2), step: .nan)
    },
    WrongCall("hessian: the gradient is [2] and [1]") {
      nonisolated(unsafe) var calls = 0
      _ = hessian(
        ofGradient: { _ in
          calls += 1
          return calls % 2 == 0 ? zeros(1) : zeros(2)
        }, at: zeros(2))
    },
    WrongCall("solve: the matrix is [2, 3]") { _ = try? solve(zeros(2, 3), zeros(2)) },
  ]
}
