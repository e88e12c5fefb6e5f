public import Core

/// A network's numbers on disk: named tensors and a few notes, in the safetensors format.
///
/// The format is a length, a JSON header and the raw numbers, nothing that could be executed; Python
/// reads and writes the same files with `safetensors.torch`.
/// ```swift
/// var checkpoint = Checkpoint(metadata: ["epochs": "10"])
/// checkpoint.set("hidden.weight", to: weight)
/// try checkpoint.save(to: "mnist.safetensors")
///
/// let saved = try Checkpoint(contentsOf: "mnist.safetensors")
/// let weight: Tensor<Float> = try saved.tensor("hidden.weight", shape: [784, 256])
/// ```
/// Format: https://github.com/huggingface/safetensors, README, section "Format".
public struct Checkpoint: Equatable, Sendable {
  /// A tensor in the precision that it is stored in.
  public enum StoredTensor: Equatable, Sendable {
    case float(Tensor<Float>)
    case double(Tensor<Double>)

    public var shape: [Int] {
      switch self {
      case .float(let tensor): tensor.shape
      case .double(let tensor): tensor.shape
      }
    }
  }

  /// The tensors with their names, in the order in which they were set, or stand in the file's header.
  public private(set) var tensors: [(name: String, tensor: StoredTensor)] = []
  /// Notes for people and programs: epochs, seed, accuracy.
  public var metadata: [String: String]
  /// Tensors of whole numbers in the file that it was loaded from, with their dtypes.
  ///
  /// They are passed over, since no network here has any. PyTorch's batch norm counts its batches in one.
  public private(set) var passedOver: [(name: String, dtype: String)] = []
  /// The file that it was loaded from, which errors name.
  public private(set) var path: String?

  /// Creates a checkpoint without tensors.
  public init(metadata: [String: String] = [:]) { self.metadata = metadata }

  /// Whether names, order, tensors and notes are the same, wherever they were loaded from.
  public static func == (a: Checkpoint, b: Checkpoint) -> Bool {
    a.metadata == b.metadata && a.tensors.count == b.tensors.count
      && zip(a.tensors, b.tensors).allSatisfy { $0 == $1 }
  }
}

// MARK: Tensors by name

extension Checkpoint {
  /// Adds a tensor in its own precision, or replaces the one of that name.
  public mutating func set<Scalar: Real>(_ name: String, to tensor: Tensor<Scalar>) {
    require(
      name != SafetensorsHeader.metadataKey,
      "Checkpoint: the format keeps the name \(name) for its notes; choose another for the tensor")
    let stored: StoredTensor =
      if let tensor = tensor as? Tensor<Float> {
        .float(tensor)
      } else {
        .double(tensor as? Tensor<Double> ?? Tensor<Double>(tensor))
      }
    if let place = tensors.firstIndex(where: { $0.name == name }) {
      tensors[place].tensor = stored
    } else {
      tensors.append((name, stored))
    }
  }

  /// The tensor of a name, in the precision asked for, whichever it was saved in.
  ///
  /// - Parameters:
  ///   - name: The tensor's name.
  ///   - scalar: `Float` or `Double`; left out where the type is known.
  ///   - shape: The shape that the network needs; any will do if it is nil.
  /// - Returns: The tensor, converted if it was saved in the other precision.
  /// - Throws: ``CheckpointError`` if there is no such tensor, or it has another shape.
  public func tensor<Scalar: Real>(
    _ name: String, as scalar: Scalar.Type = Scalar.self, shape: [Int]? = nil
  ) throws -> Tensor<Scalar> {
    guard let stored = tensors.first(where: { $0.name == name })?.tensor else {
      if let dtype = passedOver.first(where: { $0.name == name })?.dtype {
        throw CheckpointError(
          .missingTensor, path: path,
          "the tensor \"\(name)\" has dtype \(dtype), whole numbers, which are passed over. Convert "
            + "it before saving, in PyTorch with tensor.float()")
      }
      let names = tensors.map(\.name).joined(separator: ", ")
      throw CheckpointError(
        .missingTensor, path: path,
        "there is no tensor \"\(name)\"; it holds \(names.isEmpty ? "none" : names). "
          + "Was it saved from another network?")
    }
    if let shape, shape != stored.shape {
      let advice =
        shape.count == 2 && stored.shape == shape.reversed()
        ? "Is it from PyTorch? Its Linear keeps the transpose, [out, in]: save weight.T.contiguous()"
        : "Build the network with the sizes it was saved with"
      throw CheckpointError(
        .wrongShape, path: path,
        "the tensor \"\(name)\" is \(stored.shape), the network needs \(shape). \(advice)")
    }
    switch stored {
    case .float(let tensor): return tensor as? Tensor<Scalar> ?? Tensor<Scalar>(tensor)
    case .double(let tensor): return tensor as? Tensor<Scalar> ?? Tensor<Scalar>(tensor)
    }
  }
}

// MARK: Files

extension Checkpoint {
  /// Writes the file whole or not at all: an interrupted save leaves the old file as it was.
  ///
  /// Links stay links, and permissions stay what they were; a file that may not be written to is
  /// refused. What cannot be replaced is written into, and then an interrupted save leaves a part: a
  /// pipe or a device, a file with several names or of another owner, one in a folder that takes no new
  /// files.
  ///
  /// - Throws: ``CheckpointError`` if the file cannot be created or written.
  public func save(to path: String) throws {
    var header = SafetensorsHeader(metadata: metadata)
    // Doubles first: all numbers then stand at multiples of their size.
    let doubles = tensors.filter { if case .double = $0.tensor { true } else { false } }
    let floats = tensors.filter { if case .float = $0.tensor { true } else { false } }
    var ranges: [String: Range<Int>] = [:]
    var end = 0
    for (name, tensor) in doubles + floats {
      let bytes = tensor.shape.reduce(1, *) * tensor.type.size
      ranges[name] = end..<end + bytes
      end += bytes
    }
    header.entries = tensors.map { name, tensor in
      SafetensorsHeader.Entry(
        name: name, type: tensor.type, shape: tensor.shape, range: ranges[name] ?? 0..<0)
    }

    let file = try ReplacementFile(for: path)
    do {
      try file.write(header.encoded())
      for (_, stored) in doubles + floats {
        switch stored {
        case .float(let tensor): try file.write(tensor.scalars)
        case .double(let tensor): try file.write(tensor.scalars)
        }
      }
      try file.commit()
    } catch {
      file.discard()
      throw error
    }
  }

  /// Reads a file, and checks every claim of its header before any number is read.
  ///
  /// NaN and infinities are read as they are. Numbers of 16 bits, F16 and BF16, become `Float`, which has
  /// each of them exactly; whole numbers are passed over, and ``passedOver`` names them.
  ///
  /// - Throws: ``CheckpointError`` if the file is not there, or not a whole safetensors file of
  ///   16-, 32- and 64-bit numbers.
  public init(contentsOf path: String) throws {
    let file = try SourceFile(path)
    defer { file.close() }
    let header = try SafetensorsHeader(readingFrom: file)
    var loaded: [String: StoredTensor] = [:]
    for entry in header.entries.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      let count = entry.shape.reduce(1, *)
      loaded[entry.name] =
        switch entry.type {
        case .float: .float(Tensor(try file.read(count), shape: entry.shape))
        case .double: .double(Tensor(try file.read(count), shape: entry.shape))
        case .half:
          .float(Tensor((try file.read(count)).map(Float.init(halfBits:)), shape: entry.shape))
        case .brain:
          .float(Tensor((try file.read(count)).map(Float.init(brainBits:)), shape: entry.shape))
        default: nil
        }
      if loaded[entry.name] == nil {
        try file.skip(entry.range.count)
        passedOver.append((entry.name, entry.type.rawValue))
      }
    }
    tensors = header.entries.compactMap { entry in loaded[entry.name].map { (entry.name, $0) } }
    metadata = header.metadata
    self.path = path
  }
}

extension Checkpoint.StoredTensor {
  fileprivate var type: SafetensorsHeader.ScalarType {
    switch self {
    case .float: .float
    case .double: .double
    }
  }
}
