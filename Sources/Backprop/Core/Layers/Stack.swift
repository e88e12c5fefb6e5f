/// Layers of one type, one after the other: as many as there are, known when the program runs.
///
/// Their parameters are named by their place, `0.weight`, `1.weight`. An empty stack is the identity.
public struct Stack<Part: Layer>: Layer where Part: TensorLayer<Part.Scalar> {
  public typealias Scalar = Part.Scalar

  public var layers: [Part]

  public init(_ layers: [Part]) { self.layers = layers }

  /// A stack of a depth, each layer made by a closure that is given its place, from 0.
  public init(depth: Int, _ layer: (_ place: Int) throws -> Part) rethrows {
    require(depth >= 0, "Stack: a depth of \(depth); it must be 0 or more")
    layers = try (0..<depth).map(layer)
  }

  public var parameters: ParameterList<Part.Parameters> {
    ParameterList(layers.map(\.parameters))
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: [Part.Cache]) {
    var (h, caches) = (x, [Part.Cache]())
    for layer in layers {
      let (y, cache) = layer.forward(h, in: &context)
      h = y
      caches.append(cache)
    }
    return (h, caches)
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: [Part.Cache]
  ) -> (dInput: Tensor<Scalar>, gradient: ParameterList<Part.Parameters>) {
    requireCaches(cache)
    // forward: h₁ = layer₀(x), h₂ = layer₁(h₁), …, y = h_depth
    var (d, gradients) = (dY, [Part.Parameters]())
    for place in layers.indices.reversed() {
      let (dInput, gradient) = layers[place].backward(d, cache[place])
      d = dInput
      gradients.append(gradient)
    }
    return (d, ParameterList(gradients.reversed()))
  }

  public func gradient(
    _ dY: Tensor<Scalar>, _ cache: [Part.Cache]
  ) -> ParameterList<Part.Parameters> {
    requireCaches(cache)
    guard let first = layers.first, let firstCache = cache.first else { return ParameterList([]) }
    let (d, later) = Stack(Array(layers.dropFirst())).backward(dY, Array(cache.dropFirst()))
    return ParameterList([first.gradient(d, firstCache)] + later.parts)
  }

  /// The output of every layer in turn, the first one's first.
  public func outputs(_ x: Tensor<Scalar>, in context: inout Context) -> [Tensor<Scalar>] {
    var h = x
    return layers.map { layer in
      h = layer.forward(h, in: &context).output
      return h
    }
  }

  public mutating func visit(
    _ other: ParameterList<Part.Parameters>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    other.requireCount(layers.count)
    for place in layers.indices {
      layers[place].visit(other.parts[place]) { body("\(place).\($0)", &$1, $2) }
    }
  }

  public mutating func observe(_ cache: [Part.Cache]) {
    requireCaches(cache)
    for place in layers.indices { layers[place].observe(cache[place]) }
  }

  private func requireCaches(_ cache: [Part.Cache]) {
    require(
      cache.count == layers.count,
      "Stack: \(cache.count) caches for \(layers.count) layers; give it those of its own forward pass"
    )
  }

  public mutating func visitState(_ body: (String, inout Tensor<Scalar>) -> Void) {
    for place in layers.indices { layers[place].visitState { body("\(place).\($0)", &$1) } }
  }
}

extension Stack: Sendable where Part: Sendable {}

/// The parameters of the layers of a stack, or their gradients.
public struct ParameterList<Part: ParameterSet>: ParameterSet {
  public var parts: [Part]

  public init(_ parts: [Part]) { self.parts = parts }

  /// The length of each layer's gradient: how much of the loss's slope arrives there.
  public var norms: [Part.Scalar] { parts.map(\.norm) }

  public mutating func visit(
    _ other: ParameterList,
    _ body: (String, inout Tensor<Part.Scalar>, Tensor<Part.Scalar>) -> Void
  ) {
    other.requireCount(parts.count)
    for place in parts.indices {
      parts[place].visit(other.parts[place]) { body("\(place).\($0)", &$1, $2) }
    }
  }

  fileprivate func requireCount(_ count: Int) {
    require(
      parts.count == count,
      "ParameterList: parameters of \(parts.count) layers meet those of \(count); "
        + "they belong to stacks of different depths")
  }
}
