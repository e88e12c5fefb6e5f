// A network's parameters to a checkpoint and back, under names that other programs can live with.

extension Layer {
  /// Saves every parameter under the number of its layer, such as `layer1.weight`.
  ///
  /// Layers without parameters are not counted.
  public func checkpoint(metadata: [String: String] = [:]) -> Checkpoint {
    var checkpoint = Checkpoint(metadata: metadata)
    let named = parameters.named
    for (name, parameter) in zip(layerNames(of: named.map(\.name)), named) {
      checkpoint.set(name, to: parameter.value)
    }
    return checkpoint
  }

  /// Replaces every parameter by the saved one; if one is missing, or has another shape, nothing is
  /// changed.
  ///
  /// - Throws: ``CheckpointError`` if the checkpoint was saved from another network.
  public mutating func load(_ checkpoint: Checkpoint) throws {
    let named = parameters.named
    let saved: [Tensor<Scalar>] = try zip(layerNames(of: named.map(\.name)), named).map {
      try checkpoint.tensor($0, shape: $1.value.shape)
    }
    var index = 0
    visit(parameters) { _, parameter, _ in
      parameter = saved[index]
      index += 1
    }
  }
}

/// Paths such as first.second.weight, numbered by their layer: layer2.weight.
private func layerNames(of paths: [String]) -> [String] {
  var layers: [Substring] = []
  return paths.map { path in
    let end = path.lastIndex(of: ".") ?? path.startIndex
    let layer = path[..<end]
    if !layers.contains(layer) { layers.append(layer) }
    let number = (layers.firstIndex(of: layer) ?? 0) + 1
    return "layer\(number).\(path[end...].drop { $0 == "." })"
  }
}
