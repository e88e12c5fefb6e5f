public import Core

/// Why a checkpoint could not be saved or loaded: the file, what was expected, what came, what to do.
public struct CheckpointError: Failure, Equatable {
  /// What kind of trouble it is.
  public enum Kind: Sendable {
    /// The file is not there, is no file, or may not be read.
    case cannotOpen
    /// The file is not a whole safetensors file that this library reads.
    case malformed
    /// The file is sound, but lacks a tensor that was asked for.
    case missingTensor
    /// The file is sound, but a tensor has another shape than the network's.
    case wrongShape
    /// The file is sound, but was saved by another training than the one that should go on.
    case otherRun
    /// The file cannot be created where it was asked for.
    case cannotCreate
    /// Reading or writing began, and failed: the disk is full, or broken.
    case inputOutput
  }

  public let kind: Kind
  public let path: String?
  public let detail: String

  public init(_ kind: Kind, path: String?, _ detail: String) {
    self.kind = kind
    self.path = path
    self.detail = detail
  }

  /// The sentence to show, with the file in front.
  public var description: String { "\(path ?? "this checkpoint"): \(detail)." }

  public var exitCode: Int32 {
    switch kind {
    case .malformed, .missingTensor, .wrongShape, .otherRun: 65
    case .cannotOpen: 66
    case .cannotCreate: 73
    case .inputOutput: 74
    }
  }
}
