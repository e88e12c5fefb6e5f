import Backprop

extension WrongCall {
  static let manyMachines: [WrongCall] = [
    WrongCall("2 sizes for rows of [3, 2]") { _ = shardedGradient(zeros(3, 2), sizes: [1, 2]) },
    WrongCall("a mean of nothing is no number") {
      _ = federatedAverage(zeros(2, 2), sizes: [0, 0])
    },
    WrongCall("each must be at least 0") { _ = shardedGradient(zeros(2, 2), sizes: [-1, 2]) },
    WrongCall("evenParts: -1 elements") { _ = evenParts(of: -1, 2) },
    WrongCall("evenParts: a number of parts of 0") { _ = evenParts(of: 3, 0) },
    WrongCall("unflattened: the row is [3]") {
      _ = WeightAndBias(weight: zeros(2, 2), bias: zeros(2)).unflattened(zeros(3))
    },
    WrongCall("they must be [workers, n]") { _ = ringAllReduce(zeros(3)) },
    WrongCall("a worker at least") { _ = ringAllReduce(zeros(0, 3)) },
    WrongCall("both must be of one shape") {
      _ = topKWithMemory(zeros(3), memory: zeros(2), k: 1)
    },
    WrongCall("4 of 3 numbers are to be sent") {
      _ = topKWithMemory(zeros(3), memory: zeros(3), k: 4)
    },
    WrongCall("a gradient of version 1 was pushed") {
      var server = ParameterServer(zeros(2), learningRate: 0.1)
      server.push(zeros(2), of: 1)
    },
    WrongCall("the gradient is [3], the weights [2]") {
      var server = ParameterServer(zeros(2), learningRate: 0.1)
      server.push(zeros(3), of: 0)
    },
    WrongCall("DenseSamples: x is [2, 3] and dy [3, 3]") {
      _ = DenseSamples(x: zeros(2, 3), dy: zeros(3, 3))
    },
    WrongCall("all of one lot") {
      _ = perSampleNorms([
        DenseSamples(x: zeros(2, 3), dy: zeros(2, 1)),
        DenseSamples(x: zeros(3, 3), dy: zeros(3, 1)),
      ])
    },
    WrongCall("privateGradients: C is 0.0") {
      _ = privateGradients(
        [DenseSamples(x: zeros(2, 3), dy: zeros(2, 1))], clip: 0,
        noise: [WeightAndBias(weight: zeros(3, 1), bias: zeros(1))], lot: 2)
    },
    WrongCall("it must have the shapes of each layer's W and b") {
      _ = privateGradients(
        [DenseSamples(x: zeros(2, 3), dy: zeros(2, 1))], clip: 1,
        noise: [WeightAndBias(weight: zeros(1, 3), bias: zeros(1))], lot: 2)
    },
    WrongCall("samples are taken with probability 0.0") {
      _ = PrivacyAccountant(samplingRate: 0, noise: 1)
    },
    WrongCall("δ is 1.0; it must be between 0 and 1") {
      _ = PrivacyAccountant(samplingRate: 0.1, noise: 1).epsilon(steps: 1, delta: 1)
    },
    WrongCall("the order is 1") {
      _ = PrivacyAccountant(samplingRate: 0.1, noise: 1).divergence(order: 1)
    },
    WrongCall("LossScale: S is 0.0") { _ = LossScale<Double>(0) },
    WrongCall("its inverse must be finite") { _ = LossScale<Float>(.leastNonzeroMagnitude) },
    WrongCall("Rounding backward: dY is [2]") {
      _ = Rounding<Double>(.half).backward(zeros(2), [1, 2])
    },
    WrongCall("TaskSamples: x is [2, 1] and y [3, 1]") {
      _ = TaskSamples(x: zeros(2, 1), y: zeros(3, 1))
    },
    WrongCall("with w [n] they must be [m, n] and [m, 1]") {
      let task = TaskSamples(x: zeros(2, 1), y: zeros(2, 1))
      _ = linearMAML(zeros(2), support: task, query: task, rate: 0.1)
    },
    WrongCall("ReLUNetwork: the widths are [3]") {
      var generator = SplitMix64(seed: 0)
      _ = ReLUNetwork<Double>([3], using: &generator)
    },
    WrongCall("ReLUNetwork: the input is [2, 2]") {
      var generator = SplitMix64(seed: 0)
      _ = ReLUNetwork<Double>([1, 1], using: &generator)(zeros(2, 2))
    },
    WrongCall("onThreads: a number of ranks of 0") { _ = try? onThreads(0) { $0.rank } },
    WrongCall("no rank has a sample") {
      _ = try? onThreads(2) { communicator in
        var layer = Dense(weight: zeros(2, 1), bias: zeros(1))
        var (optimizer, context) = (SGD(learningRate: 0.1), Context.inference)
        _ = try layer.dataParallelStep(
          zeros(0, 2), samples: 0, among: communicator, with: &optimizer, in: &context
        ) { meanSquaredError(prediction: $0, target: $0) }
      }
    },
    WrongCall("dataParallelStep: a part of -1 samples") {
      _ = try? onThreads(1) { communicator in
        var layer = Dense(weight: zeros(2, 1), bias: zeros(1))
        var (optimizer, context) = (SGD(learningRate: 0.1), Context.inference)
        _ = try layer.dataParallelStep(
          zeros(0, 2), samples: -1, among: communicator, with: &optimizer, in: &context
        ) { meanSquaredError(prediction: $0, target: $0) }
      }
    },
    WrongCall("curvature: a direction of 1 layers for 2") {
      var generator = SplitMix64(seed: 0)
      let network = ReLUNetwork<Double>([1, 2, 1], using: &generator)
      let v = ParameterList([WeightAndBias(weight: zeros(1, 2), bias: zeros(2))])
      _ = network.curvature(along: v, TaskSamples(x: zeros(1, 1), y: zeros(1, 1)))
    },
  ]
}
