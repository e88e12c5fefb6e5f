import Backprop

/// The seeds of the properties: the same in every run, so that a failure can be seen again.
let propertySeeds = Array(UInt64(1)...40)

/// A layer with the input, the pass and the textbook that it is checked with.
struct LayerCase<Network: TensorLayer<Double>> {
  let layer: Network
  let input: Tensor<Double>
  var context = Context.inference
  /// The same function of the input and the parameters, from its formula.
  let textbook: (_ x: DualTensor, _ parameters: [DualTensor]) -> DualTensor
}

/// Something that holds for every layer.
protocol LayerProperty {
  func check<Network: TensorLayer<Double>>(_ test: LayerCase<Network>)
}

/// The layers, each drawn from a seed with a shape of its own.
///
/// Layers for images, whose samples are innermost, stand between two rearrangements: the first axis
/// of every input and output is the sample. `Embedding` and `GPT` read ids, which have no gradient: their
/// own tests hold them to slopes.
enum LayerKind: String, CaseIterable, Sendable {
  case dense, activation, dropout, flatten
  case transposedConvolution, upsampling, skip
  case pixelsAsRows
  case gru, causalConvolution, everyStep, positions, graphConvolution
  case heads, transformerBlock, patches, visionTransformer
  case convolution, maxPool, averagePool, globalAveragePool
  case batchNorm, batchNormInUse, batchNormOfImages, layerNorm
  case rnn, lstm, lastStep
  case stack, residual, projected, imageBlock
  case unitLength

  /// Whether each sample is computed on its own, as it is not where a batch has statistics or a mask.
  var isBySample: Bool {
    ![.dropout, .batchNorm, .batchNormOfImages, .imageBlock].contains(self)
      // The rows of these are nodes, or pixels.
      && ![.graphConvolution, .pixelsAsRows].contains(self)
  }

  func check(_ property: some LayerProperty, seed: UInt64) {
    var draw = Draw(seed: seed)
    switch self {
    case .dense, .activation, .dropout, .layerNorm, .batchNorm, .batchNormInUse, .unitLength:
      checkRows(property, &draw, seed)
    case .rnn, .lstm, .lastStep: checkSequences(property, &draw)
    case .stack, .residual, .projected: checkCompositions(property, &draw)
    case .gru, .causalConvolution, .everyStep, .positions, .graphConvolution:
      checkPlaces(property, &draw)
    case .heads, .transformerBlock, .patches, .visionTransformer: checkAttention(property, &draw)
    default: checkImages(property, &draw)
    }
  }

  private func checkRows(_ property: some LayerProperty, _ draw: inout Draw, _ seed: UInt64) {
    let (m, n) = (draw.size(2...6), draw.size(1...6))
    let x = draw.tensor([m, n])
    switch self {
    case .dense:
      property.check(
        LayerCase(layer: draw.dense(n, draw.size(1...6)), input: x) {
          Textbook.dense($0, $1[0], $1[1])
        })
    case .activation:
      let all: [Activation<Double>] = [
        .identity, .sigmoid, .tanh, .relu, .leakyReLU(slope: 0.1), .elu(alpha: 0.7), .softplus,
        .silu, .gelu,
      ]
      let activation = all[Int(seed) % all.count]
      property.check(
        LayerCase(layer: activation, input: 2 * x) { x, _ in
          x.map(Textbook.activation(activation))
        })
    case .dropout:
      let layer = Dropout<Double>(rate: 0.4)
      // What the same pass does to ones is the mask.
      var pass = Context.training(seed: seed)
      let mask = layer.forward(Tensor(repeating: 1, shape: x.shape), in: &pass).output
      property.check(
        LayerCase(layer: layer, input: x, context: .training(seed: seed)) { x, _ in x * mask })
    case .unitLength:
      property.check(
        LayerCase(layer: L2Normalize(), input: x) { x, _ in
          DualTensor(shape: x.shape) { p in
            let squares = (0..<n).map { x[p[0], $0] * x[p[0], $0] }.total()
            return x[p] / pow(squares, 0.5)
          }
        })
    case .layerNorm:
      var layer = LayerNorm<Double>(n + 1)
      layer.parameters = draw.scaleAndShift(n + 1)
      property.check(
        LayerCase(layer: layer, input: draw.tensor([m, n + 1])) {
          Textbook.normalized($0, $1[0], $1[1], group: { $0[0] }, parameter: { $0[1] })
        })
    case .batchNorm:
      property.check(
        LayerCase(layer: draw.batchNorm(n), input: x, context: .training(seed: 0)) {
          Textbook.normalized($0, $1[0], $1[1], group: { $0[1] }, parameter: { $0[1] })
        })
    default:
      let layer = draw.batchNorm(n)
      property.check(
        LayerCase(layer: layer, input: x) { x, p in
          DualTensor(shape: x.shape) { place in
            let j = place[1]
            let centred = x[place] - layer.runningMean[j]
            return p[0][j] * centred / (layer.runningVariance[j] + 1e-5).squareRoot() + p[1][j]
          }
        })
    }
  }

  private func checkSequences(_ property: some LayerProperty, _ draw: inout Draw) {
    let (m, steps, n, hidden) = (
      draw.size(1...4), draw.size(1...6), draw.size(1...4), draw.size(1...4)
    )
    let x = draw.tensor([m, steps, n])
    switch self {
    case .rnn:
      property.check(
        LayerCase(layer: RNN(draw.recurrent(n, hidden, gates: 1)), input: x) {
          Textbook.rnn($0, $1[0], $1[1], $1[2])
        })
    case .lstm:
      property.check(
        LayerCase(layer: LSTM(draw.recurrent(n, hidden, gates: 4)), input: x) {
          Textbook.lstm($0, $1[0], $1[1], $1[2])
        })
    default:
      property.check(
        LayerCase(layer: LastStep(), input: x) { x, _ in
          DualTensor(shape: [m, n]) { x[$0[0], steps - 1, $0[1]] }
        })
    }
  }

  private func checkCompositions(_ property: some LayerProperty, _ draw: inout Draw) {
    let (m, n, depth, wide) = (
      draw.size(1...5), draw.size(1...5), draw.size(0...4), draw.size(1...5)
    )
    let x = draw.tensor([m, n])
    func step(_ x: DualTensor, _ w: DualTensor, _ b: DualTensor) -> DualTensor {
      Textbook.dense(x, w, b).map { tanh($0) }
    }
    switch self {
    case .stack:
      let layers = (0..<depth).map { _ in draw.dense(n, n).then(Activation.tanh) }
      property.check(
        LayerCase(layer: Stack(layers), input: x) { x, p in
          (0..<depth).reduce(x) { step($0, p[2 * $1], p[2 * $1 + 1]) }
        })
    case .residual:
      let layers = (0..<depth).map { _ in Residual(draw.dense(n, n).then(Activation.tanh)) }
      property.check(
        LayerCase(layer: Stack(layers), input: x) { x, p in
          (0..<depth).reduce(x) { step($0, p[2 * $1], p[2 * $1 + 1]) + $0 }
        })
    default:
      property.check(
        LayerCase(
          layer: Projected(
            draw.dense(n, wide).then(Activation.tanh), shortcut: draw.dense(n, wide)), input: x
        ) { step($0, $1[0], $1[1]) + Textbook.dense($0, $1[2], $1[3]) })
    }
  }

  private func checkImages(_ property: some LayerProperty, _ draw: inout Draw) {
    let (m, c, h, w) = (draw.size(2...4), draw.size(1...3), draw.size(3...6), draw.size(3...6))
    let x = draw.tensor([m, c, h, w])
    func check<Network: TensorLayer<Double>>(
      _ layer: Network, _ input: Tensor<Double>? = nil, _ context: Context = .inference,
      _ textbook: @escaping (DualTensor, [DualTensor]) -> DualTensor
    ) {
      property.check(
        LayerCase(
          layer: ImagesIn<Double>().then(layer).then(ImagesOut()), input: input ?? x,
          context: context, textbook: textbook))
    }
    let pooling = draw.pooling()
    switch self {
    case .flatten:
      property.check(
        LayerCase(layer: ImagesIn<Double>().then(Flatten()), input: x) { x, _ in
          DualTensor(x.scalars, shape: [m, c * h * w])
        })
    case .pixelsAsRows:
      property.check(
        LayerCase(layer: ImagesIn<Double>().then(PositionsAsRows()), input: x) { x, _ in
          DualTensor(shape: [h * w * m, c]) { p in
            x[p[0] % m, p[1], p[0] / m / w, p[0] / m % w]
          }
        })
    case .convolution:
      let (geometry, layer) = draw.convolution()
      let channels = layer.parameters.weight.shape[1] * geometry.groups
      check(layer, draw.tensor([m, channels, h, w])) {
        Textbook.convolution($0, $1[0], $1[1], geometry)
      }
    case .transposedConvolution:
      let (stride, padding) = (draw.size(1...3), draw.size(0...1))
      let filters = [c, draw.size(1...3), draw.size(1...3), draw.size(1...3)]
      let layer = TransposedConv2d(
        weight: draw.tensor(filters), bias: draw.tensor([filters[1]]), stride: stride,
        padding: padding)
      guard min(h, w) - 1 >= 2 * padding else { return }
      check(layer) { Textbook.transposed($0, $1[0], $1[1], stride: stride, padding: padding) }
    case .upsampling:
      let factor = draw.size(1...3)
      check(UpsampleNearest(factor)) { x, _ in Textbook.enlarged(x, factor) }
    case .skip:
      let layer = Conv2d(weight: draw.tensor([2, c, 1, 1]), bias: draw.tensor([2]))
      check(SkipConcatenation(layer)) { x, p in
        let deep = Textbook.convolution(x, p[0], p[1], ConvolutionGeometry())
        return DualTensor(shape: [m, c + 2, h, w]) { place in
          place[1] < 2 ? deep[place] : x[place[0], place[1] - 2, place[2], place[3]]
        }
      }
    case .maxPool:
      check(MaxPool2d(pooling.window, stride: pooling.stride, padding: pooling.padding)) { x, _ in
        Textbook.maxPool(x, pooling)
      }
    case .averagePool:
      check(AveragePool2d(pooling.window, stride: pooling.stride, padding: pooling.padding)) {
        x, _ in Textbook.averagePool(x, pooling)
      }
    case .globalAveragePool:
      property.check(
        LayerCase(layer: ImagesIn<Double>().then(GlobalAveragePool()), input: x) { x, _ in
          Textbook.globalAverage(x)
        })
    case .batchNormOfImages:
      check(draw.batchNorm(c), nil, .training(seed: 0)) {
        Textbook.normalized($0, $1[0], $1[1], group: { $0[1] }, parameter: { $0[1] })
      }
    default:
      let same = ConvolutionGeometry(padding: 1)
      func body(_ x: DualTensor, _ p: [DualTensor]) -> DualTensor {
        let y = Textbook.convolution(x, p[0], p[1], same)
        return Textbook.normalized(y, p[2], p[3], group: { $0[1] }, parameter: { $0[1] })
      }
      let block: Then<Residual<BasicBody<Double>>, Activation<Double>> = basicBlock(
        c, using: &draw.generator)
      check(block, nil, .training(seed: 0)) { x, p in
        let hidden = body(x, Array(p[..<4])).map { relu($0) }
        return (body(hidden, Array(p[4...])) + x).map { relu($0) }
      }
    }
  }
}

/// The way back from `ImagesIn`: samples innermost to samples first.
private struct ImagesOut: Layer {
  func forward(
    _ x: Tensor<Double>, in context: inout Context
  ) -> (output: Tensor<Double>, cache: Void) { (samplesFirst(x), ()) }

  func backward(
    _ dY: Tensor<Double>, _ cache: Void
  ) -> (dInput: Tensor<Double>, gradient: NoParameters<Double>) {
    (samplesLast(dY), NoParameters())
  }
}
