import Core
import Kernels

/// What a layer is, without its numbers: enough to count parameters and multiplications.
public indirect enum LayerDescription: Sendable, Equatable {
  /// A convolution with square filters.
  case convolution(
    outputs: Int, kernel: Int, _ geometry: ConvolutionGeometry = ConvolutionGeometry(),
    bias: Bool = true)
  /// A scale and a shift for each channel.
  case batchNorm
  /// Pooling of either kind; `roundsUp` lets a last window hang over the border.
  case pool(window: Int, stride: Int, padding: Int = 0, roundsUp: Bool = false)
  /// The mean of each channel.
  case globalAveragePool
  /// A dense layer; it flattens what it is given.
  case dense(outputs: Int)
  /// An activation, dropout: nothing to count.
  case elementwise(String)
  /// Two ways from one input, whose outputs add; an empty shortcut is the identity.
  case residual([LayerDescription], shortcut: [LayerDescription] = [])
  /// Several ways from one input, whose output channels are put behind each other.
  case branches([[LayerDescription]])
}

/// A network as a list of its layers: data, made to be counted and not to be run.
public struct LayerList: Sendable, Equatable {
  public let name: String
  /// The shape of one input, `[channels, height, width]`.
  public let input: [Int]
  public let layers: [LayerDescription]

  public init(_ name: String, input: [Int], _ layers: [LayerDescription]) {
    require(
      input.count == 3 && input.allSatisfy { $0 >= 1 } && countOfElements(input) != nil,
      "LayerList: the input is \(input); it must be [channels, height, width], each 1 or more")
    (self.name, self.input, self.layers) = (name, input, layers)
  }

  /// What has been counted up to some place in the network.
  public struct Count: Sendable, Equatable {
    /// The shape of one sample here, `[channels, height, width]` or `[features]`.
    public var shape: [Int]
    /// Numbers that are trained.
    public var parameters = 0
    /// Multiplications, each with its addition, of convolutions and dense layers for one sample.
    ///
    /// Biases, normalization, activations and pooling are left out, as is usual.
    public var multiplyAdds = 0
    /// How many pixels of the input, along one axis, an element sees at most.
    public var receptiveField = 1
    /// How many pixels of the input lie between the centres of neighbouring elements.
    public var jump = 1
  }

  /// The counts behind each layer of the list; the last is that of the whole network.
  public var counts: [Count] {
    var (count, list) = (Count(shape: input), [Count]())
    for layer in layers {
      count.add(layer)
      list.append(count)
    }
    return list
  }

  /// The count of the whole network.
  public var total: Count { counts.last ?? Count(shape: input) }

  /// The number of numbers that are trained.
  public var parameterCount: Int { total.parameters }

  /// The multiplications of one forward pass for one sample.
  public var multiplyAdds: Int { total.multiplyAdds }
}

extension LayerList.Count {
  /// Goes on through one more layer.
  mutating func add(_ layer: LayerDescription) {
    switch layer {
    case .convolution(let outputs, let kernel, let geometry, let bias):
      requireImage("a convolution")
      requireSize(outputs, "LayerList: a number of output channels")
      require(
        shape[0] % geometry.groups == 0 && outputs % geometry.groups == 0,
        "LayerList: \(geometry.groups) groups do not divide \(shape[0]) and \(outputs) channels")
      requireSize(kernel, "LayerList: a kernel")
      let weights = product([outputs, shape[0] / geometry.groups, kernel, kernel])
      shape = [outputs] + shape[1...].map { geometry.outputSize($0, kernel: kernel) }
      parameters += weights + (bias ? outputs : 0)
      multiplyAdds += product([weights, shape[1], shape[2]])
      see(window: geometry.dilation * (kernel - 1) + 1, stride: geometry.stride)
    case .batchNorm: parameters += 2 * shape[0]
    case .pool(let window, let stride, let padding, let roundsUp):
      requireImage("pooling")
      let geometry = PoolingGeometry(window: window, stride: stride, padding: padding)
      for size in shape[1...] { _ = geometry.outputSize(size) }
      shape =
        [shape[0]]
        + shape[1...].map { size in
          let way = size + 2 * padding - window + (roundsUp ? stride - 1 : 0)
          let places = way / stride + 1
          // A window that would begin behind the image does not count.
          return roundsUp && (places - 1) * stride >= size + padding ? places - 1 : places
        }
      see(window: window, stride: stride)
    case .globalAveragePool:
      requireImage("global average pooling")
      see(window: max(shape[1], shape[2]), stride: 1)
      shape = [shape[0]]
    case .dense(let outputs):
      requireSize(outputs, "LayerList: a number of outputs")
      let inputs = product(shape)
      if shape.count == 3 { see(window: max(shape[1], shape[2]), stride: 1) }
      let weights = product([inputs, outputs])
      parameters += weights + outputs
      multiplyAdds += weights
      shape = [outputs]
    case .elementwise: break
    case .residual(let main, let shortcut):
      let ends = follow([main, shortcut])
      require(
        ends[0].shape == ends[1].shape,
        "LayerList: a block's output \(ends[0].shape) and its shortcut's \(ends[1].shape) must be "
          + "the same to be added")
      join(ends, channels: ends[0].shape[0])
    case .branches(let branches):
      let ends = follow(branches)
      require(
        Set(ends.map { $0.shape.dropFirst() }).count == 1,
        "LayerList: branches of \(ends.map(\.shape)) must agree in height and width")
      join(ends, channels: ends.reduce(0) { $0 + $1.shape[0] })
    }
  }

  /// A window widens the receptive field by the pixels between its elements.
  private mutating func see(window: Int, stride: Int) {
    receptiveField += product([window - 1, jump])
    jump = product([jump, stride])
  }

  /// A product of sizes, or a sentence that it is beyond counting.
  private func product(_ sizes: [Int]) -> Int { elementCount(sizes, "LayerList: a layer's sizes") }

  private func follow(_ branches: [[LayerDescription]]) -> [LayerList.Count] {
    branches.map { layers in
      var count = self
      for layer in layers { count.add(layer) }
      return count
    }
  }

  /// Adds what every branch has counted on its way from here.
  private mutating func join(_ ends: [LayerList.Count], channels: Int) {
    let start = self
    for end in ends {
      parameters += end.parameters - start.parameters
      multiplyAdds += end.multiplyAdds - start.multiplyAdds
      receptiveField = max(receptiveField, end.receptiveField)
      jump = end.jump
      shape = [channels] + end.shape.dropFirst()
    }
  }

  private func requireImage(_ what: String) {
    require(
      shape.count == 3,
      "LayerList: \(what) needs [channels, height, width], but the layer before gives \(shape)")
  }
}
