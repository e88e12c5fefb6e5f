import Backprop
import Course
import Datasets
import Foundation

func experiment(_ plan: Plan, on screen: Screen) throws {
  let images = try MNIST.load()
  let e = ProcessInfo.processInfo.environment
  func n(_ k: String, _ d: Double) -> Double { Double(e[k] ?? "") ?? d }
  let (a, b) = (Int(n("A", 4)), Int(n("B", 8)))
  var lesson = Lesson<Float>(train: images.train.first(Int(n("N", 20000))), test: images.test, rate: Float(n("R", 0.01)), seed: plan.seed)
  lesson.batch = Int(n("M", 32)); lesson.epochs = Int(n("E", 1))
  var g = SplitMix64(seed: plan.seed)
  if n("FULL", 0) > 0 {
    let network = blockNetwork(depth: Int(n("D", 3)), channels: a, seed: plan.seed) {
      residual(normalizedBody($0, using: &$1))
    }
    let run = lesson.run(network, on: screen, prints: true)
    print("FULL", a, run.accuracy, run.seconds)
    return
  }
  let stem = ImagesIn<Float>().then(Conv2d(1, a, kernel: 3, ConvolutionGeometry(padding: 1), using: &g)).then(MaxPool2d(2)).then(Activation.relu)
  let net = stem.then(basicBlock(a, using: &g)).then(projectedBasicBlock(a, b, stride: 2, using: &g)).then(basicBlock(b, using: &g)).then(GlobalAveragePool()).then(Dense(b, 10, .glorot, using: &g))
  let run = lesson.run(net, on: screen, prints: true)
  print(a, b, run.accuracy, run.seconds, net.parameters.count)
}
