public import Core
import Foundation

// A network's parameters to a checkpoint and back, under names that other programs can live with.

extension Layer {
  /// Saves every parameter, and the state such as running averages, under the number of its layer:
  /// `layer1.weight`, `layer2.runningMean`.
  ///
  /// Layers without either are not counted. The note `layout` says in which order matrices hold their
  /// numbers.
  public func checkpoint(metadata: [String: String] = [:]) -> Checkpoint {
    var checkpoint = Checkpoint(metadata: metadata.merging(["layout": layout]) { $1 })
    let named = parameters.named + state
    for (name, parameter) in zip(layerNames(of: named.map(\.name)), named) {
      checkpoint.set(name, to: parameter.value)
    }
    return checkpoint
  }

  /// Replaces every parameter and the state by what was saved; if one is missing, or has another shape, nothing is
  /// changed.
  ///
  /// A square matrix fits as well when it is transposed. Where the file has no note `layout`, nobody can
  /// tell, and `caution` gets a sentence that says so.
  ///
  /// - Parameters:
  ///   - checkpoint: What was saved.
  ///   - caution: Is told what the file leaves open; writes to standard error unless it is given.
  /// - Throws: ``CheckpointError`` if the checkpoint was saved from another network, or its note says
  ///   that matrices have another layout.
  public mutating func load(
    _ checkpoint: Checkpoint, caution: (String) -> Void = writeToStandardError
  ) throws {
    let named = parameters.named + state
    if let other = checkpoint.metadata["layout"], other != layout {
      throw CheckpointError(
        .wrongShape, path: checkpoint.path,
        "its matrices have the layout \"\(other)\", this library needs \"\(layout)\". Transpose them "
          + "before saving, and correct the note")
    }
    let saved: [Tensor<Scalar>] = try zip(layerNames(of: named.map(\.name)), named).map {
      try checkpoint.tensor($0, shape: $1.value.shape)
    }
    if let sentence = openQuestion(checkpoint, named) { caution(sentence) }
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

/// The layout of what is saved.
///
/// Matrices are `[in, out]`, for x·W; the columns of an LSTM's are its gates i, f, g, o. Filters have the
/// layout of PyTorch.
private let layout = "matrices [in, out], gates i f g o, filters [out, in, kh, kw]"

/// What a file without the note leaves open about a network's tensors, as a sentence; nil if nothing.
private func openQuestion<Scalar>(
  _ checkpoint: Checkpoint, _ named: [(name: String, value: Tensor<Scalar>)]
) -> String? {
  guard checkpoint.metadata["layout"] == nil else { return nil }
  let names = layerNames(of: named.map(\.name))
  func list(_ condition: (_ name: String, _ shape: [Int]) -> Bool) -> String? {
    let found = zip(names, named.map(\.value.shape)).filter { $1.count == 2 && condition($0, $1) }
    return found.isEmpty ? nil : found.map { "\($0) \($1)" }.joined(separator: ", ")
  }
  let square = list { isWeight($0) && $1[0] == $1[1] && $1[0] > 1 }.map {
    "whether \($0) is [in, out], as here, or [out, in], as PyTorch's layers keep it; from there, "
      + "save weight.T.contiguous()"
  }
  let gates = list { $0.hasSuffix("hiddenWeight") && $1[1] == 4 * $1[0] }.map {
    "whether the columns of \($0) are the gates i, f, g, o in this order, as here"
  }
  let questions = [square, gates].compactMap { $0 }
  guard !questions.isEmpty else { return nil }
  return "\(checkpoint.path ?? "this checkpoint"): the file does not say "
    + "\(questions.joined(separator: "; nor ")). It was taken as it is; the metadata "
    + "{\"layout\": \"\(layout)\"} would say that it is right."
}

/// Writes a sentence and the end of its line to standard error.
public func writeToStandardError(_ sentence: String) {
  FileHandle.standardError.write(Data("\(sentence)\n".utf8))
}

/// Paths such as first.second.weight, numbered by their layer: layer2.weight.
func layerNames(of paths: [String]) -> [String] {
  var layers: [Substring] = []
  return paths.map { path in
    let end = path.lastIndex(of: ".") ?? path.startIndex
    let layer = path[..<end]
    if !layers.contains(layer) { layers.append(layer) }
    let number = (layers.firstIndex(of: layer) ?? 0) + 1
    return "layer\(number).\(path[end...].drop { $0 == "." })"
  }
}
