// A network's parameters to a checkpoint and back, under names that other programs can live with.

extension Layer {
  /// Saves every parameter, and the state such as running averages, under the number of its layer:
  /// `layer1.weight`, `layer2.runningMean`.
  ///
  /// Layers without either are not counted.
  public func checkpoint(metadata: [String: String] = [:]) -> Checkpoint {
    var checkpoint = Checkpoint(metadata: metadata)
    let named = parameters.named + state
    for (name, parameter) in zip(layerNames(of: named.map(\.name)), named) {
      checkpoint.set(name, to: parameter.value)
    }
    return checkpoint
  }

  /// Replaces every parameter and the state by what was saved; if one is missing, or has another shape, nothing is
  /// changed.
  ///
  /// - Throws: ``CheckpointError`` if the checkpoint was saved from another network.
  public mutating func load(_ checkpoint: Checkpoint) throws {
    let named = parameters.named + state
    let saved: [Tensor<Scalar>] = try zip(layerNames(of: named.map(\.name)), named).map {
      try checkpoint.tensor($0, shape: $1.value.shape)
    }
    var index = 0
    visit(parameters) { _, parameter, _ in
      parameter = saved[index]
      index += 1
    }
    visitState { _, tensor in
      tensor = saved[index]
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
