import Backprop
import Testing

private let golden = GoldenFile("optimizers")

/// sin(1.7·i + shift) in each place i, as the script has it.
private func formula<Scalar: Real>(_ shape: [Int], shift: Double) -> Tensor<Scalar> {
  Tensor(
    (0..<shape.reduce(1, *)).map { Scalar(Double.sin(1.7 * Double($0) + shift)) }, shape: shape)
}

/// Ten steps down Σw⁴/4 + Σw·b + Σb³/3 - Σb, compared with the file.
private func check<Scalar: Real>(_ name: String, _ optimizer: some Optimizer<Scalar>) throws {
  var optimizer = optimizer
  var layer = Dense<Scalar>(
    weight: 2 * formula([3, 5], shift: 0), bias: formula([5], shift: 0.5))
  for _ in 0..<10 {
    let (w, b) = (layer.parameters.weight, layer.parameters.bias)
    optimizer.update(
      &layer, WeightAndBias(weight: w * w * w + b, bias: b * b - 1 + w.sum(axis: 0)))
  }
  try golden.expect(layer.parameters.weight, "\(name).w")
  try golden.expect(layer.parameters.bias, "\(name).b")
}

private func checkAll<Scalar: Real>(_ type: Scalar.Type) throws {
  try check("sgd", SGD<Scalar>(learningRate: 0.1))
  try check("momentum", Momentum<Scalar>(learningRate: 0.05, beta: 0.8))
  try check("nesterov", Nesterov<Scalar>(learningRate: 0.05, beta: 0.8))
  try check("adaGrad", AdaGrad<Scalar>(learningRate: 0.1, epsilon: 1e-3))
  try check("rmsProp", RMSprop<Scalar>(learningRate: 0.02, rho: 0.9, epsilon: 1e-3))
  try check("adam", Adam<Scalar>(learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-3))
  for (name, weightsOnly) in [("adamW", false), ("adamWWeightsOnly", true)] {
    try check(
      name,
      AdamW<Scalar>(
        learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, decay: 0.3,
        weightsOnly: weightsOnly))
  }
  try check("clipped", Clipped(SGD<Scalar>(learningRate: 0.1), toGlobalNorm: 1.5))
}

@Test func `ten steps of every optimizer are the independent ones`() throws {
  try checkAll(Double.self)
  try checkAll(Float.self)
}

let schedules: [(String, Schedule<Double>)] = [
  ("constant", .constant(0.3)),
  ("step", .step(0.3, factor: 0.6, every: 7)),
  ("exponential", .exponential(0.3, factor: 0.95)),
  ("inverse", .inverseTime(0.3, decay: 0.2)),
  ("cosine", .warmupCosine(peak: 0.3, floor: 0.01, warmup: 0, steps: 100)),
  ("warmupCosine", .warmupCosine(peak: 0.3, floor: 0.01, warmup: 10, steps: 100)),
]

@Test(arguments: schedules)
func `the rates of a schedule are the independent ones`(
  name: String, schedule: Schedule<Double>
) throws {
  let count = try golden(name, as: Double.self).count
  try golden.expect(Tensor((0..<count).map { schedule($0) }), name)
}

@Test func `the rates of the plateau schedule are the independent ones`() throws {
  var schedule = PlateauSchedule<Double>(
    from: 0.3, factor: 0.5, patience: 4, threshold: 0.01, floor: 0.01)
  let losses = try golden("plateau.losses", as: Double.self).scalars
  let rates = losses.map { loss in
    defer { _ = schedule.next(after: loss) }
    return schedule.learningRate
  }
  #expect(Set(rates).count >= 3, "the losses lower the rate several times")
  try golden.expect(Tensor(rates), "plateau")
}
