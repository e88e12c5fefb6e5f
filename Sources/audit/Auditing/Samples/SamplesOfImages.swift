import Backprop
import Course

// Chapters 5 and 8.
extension Samples {
  static var convolutions: [(String, Sample)] {
    typealias Problems = Chapter05Problems
    return [
      of(Problems.convolutionBias) {
        let shape = $0.list(4) { $0.size(1...4) }
        return ConvolutionBiasQuestion(bias: $0.tensor([shape[1]]), dy: $0.tensor(shape))
      },
      of(Problems.convolutionWeights) { convolution(&$0) },
      of(Problems.convolutionInput) { convolution(&$0) },
      of(Problems.maxPool) { pooling(&$0) }, of(Problems.averagePool) { pooling(&$0) },
      of(Problems.depthwise) { convolution(&$0, isDepthwise: true) },
    ]
  }

  private static func convolution(
    _ draw: inout Draw, isDepthwise: Bool = false
  ) -> ConvolutionQuestion {
    let (m, inputs) = (draw.size(1...3), draw.size(1...3))
    let outputs = isDepthwise ? inputs : draw.size(1...3)
    let (stride, padding) = (draw.size(1...3), draw.size(0...3))
    let kernel = [draw.size(1...3), draw.size(1...3)]
    let image = kernel.map { max(1, $0 - 2 * padding) + draw.size(0...4) }
    let geometry = ConvolutionGeometry(
      stride: stride, padding: padding, groups: isDepthwise ? inputs : 1)
    let size = zip(image, kernel).map { geometry.outputSize($0, kernel: $1) }
    return ConvolutionQuestion(
      x: draw.tensor([m, inputs] + image),
      weight: draw.tensor([outputs, isDepthwise ? 1 : inputs] + kernel),
      bias: draw.tensor([outputs]), dy: draw.tensor([m, outputs] + size), geometry)
  }

  private static func pooling(_ draw: inout Draw) -> PoolingQuestion {
    let (window, stride) = (draw.size(1...3), draw.size(1...4))
    let shape = [
      draw.size(1...3), draw.size(1...3), window + draw.size(0...4), window + draw.size(0...4),
    ]
    let geometry = PoolingGeometry(window: window, stride: stride)
    let size = shape[2...].map { geometry.outputSize($0) }
    var x = draw.once(in: 3) ? draw.tensor(shape).map { $0.rounded() } : draw.tensor(shape)
    // Numbers that are equal in single precision only.
    if draw.once(in: 4) { x = x.map { $0.rounded() } + 1e-12 * draw.tensor(shape) }
    return PoolingQuestion(
      x: x, dy: draw.tensor([shape[0], shape[1]] + size), window: window, stride: stride)
  }

  static var residuals: [(String, Sample)] {
    typealias Problems = Chapter08Problems
    return [
      of(Problems.residual) {
        let shape = $0.list($0.size(1...4)) { $0.size(1...4) }
        let (dy, scale) = ($0.tensor(shape), $0.tensor(shape))
        let mix = $0.number(-2...2)
        return ResidualQuestion(dy: dy) { dF in dF * scale + mix * dF.sum() }
      },
      of(Problems.projectionShortcut) {
        let (stride, outputs) = ($0.size(1...3), $0.size(1...4))
        let shape = [$0.size(1...3), $0.size(1...4), $0.size(1...7), $0.size(1...7)]
        let size = shape[2...].map { ($0 - 1) / stride + 1 }
        return ProjectionQuestion(
          x: $0.tensor(shape), weight: $0.tensor([outputs, shape[1], 1, 1]),
          dy: $0.tensor([shape[0], outputs] + size), stride: stride)
      },
      of(Problems.globalAveragePool) {
        let shape = $0.list(4) { $0.size(1...5) }
        return GlobalPoolQuestion(x: $0.tensor(shape), dy: $0.tensor(Array(shape[..<2])))
      },
      of(Problems.basicBlock) {
        let shape = [$0.size(1...3), $0.size(1...3), $0.size(2...4), $0.size(1...4)]
        var question = BasicBlockQuestion(x: shape, seed: UInt64($0.size(0...1_000_000)))
        if $0.once(in: 4) { question.x = question.x.map { abs($0) < 0.4 ? 0 : $0 } }
        if $0.once(in: 6) {
          (question.gamma2, question.beta2) = (0 * question.gamma2, 0 * question.beta2)
        }
        if $0.once(in: 6) { question.beta1 = 0 * question.beta1 }
        question.dy = $0.tensor(shape)
        return question
      },
      of(Problems.bottleneckParameterCount) {
        let inputs = $0.size(1...64)
        return BottleneckQuestion(
          inputs: inputs, middle: $0.size(1...64),
          outputs: $0.once(in: 2) ? inputs : $0.size(1...64),
          stride: $0.size(1...3))
      },
    ]
  }
}
