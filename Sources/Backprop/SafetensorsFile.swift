import Foundation

// Files, through the calls of POSIX: they say what failed, and let a new file take an old one's place
// in one step.

/// A file that is read from its beginning to its end.
struct SourceFile {
  let path: String
  /// The length in bytes when it was opened.
  let size: Int
  private let descriptor: Int32

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CheckpointError(
        .cannotOpen, path: path, "it cannot be opened for reading: \(reason()). Check the path")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      _ = Foundation.close(descriptor)
      throw CheckpointError(
        .cannotOpen, path: path, "a safetensors file is needed, this is a folder or a device")
    }
    size = Int(status.st_size)
  }

  /// The next numbers, as many as asked for.
  func read<Scalar: BitwiseCopyable>(_ count: Int) throws -> [Scalar] {
    var failure: String?
    let scalars = [Scalar](unsafeUninitializedCapacity: count) { buffer, filled in
      let bytes = UnsafeMutableRawBufferPointer(
        start: buffer.baseAddress, count: count * MemoryLayout<Scalar>.stride)
      failure = transfer(bytes.count) {
        Foundation.read(descriptor, bytes.baseAddress?.advanced(by: $0), $1)
      }
      filled = failure == nil ? count : 0
    }
    if let failure {
      throw CheckpointError(.inputOutput, path: path, "reading stopped: \(failure). Try again")
    }
    return scalars
  }

  func close() { _ = Foundation.close(descriptor) }
}

/// A file that is written under another name in the same folder, and takes the place of the old one
/// only when it is complete and on the disk.
struct ReplacementFile {
  private let path: String
  private let destination: String
  private let temporary: String
  private var descriptor: Int32

  init(for path: String) throws {
    self.path = path
    // What a symbolic link points at is replaced, not the link.
    destination = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let folder = URL(fileURLWithPath: destination).deletingLastPathComponent().path
    temporary = "\(folder)/.checkpoint-\(UInt64.random(in: 0 ... .max)).tmp"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw CheckpointError(
        .cannotCreate, path: path,
        "it cannot be created in \(folder): \(reason()). Choose a folder that exists and that you "
          + "may write to")
    }
  }

  func write<Scalar: BitwiseCopyable>(_ scalars: [Scalar]) throws {
    let failure = scalars.withUnsafeBytes { bytes in
      transfer(bytes.count) {
        Foundation.write(descriptor, bytes.baseAddress?.advanced(by: $0), $1)
      }
    }
    if let failure { throw writingStopped(failure) }
  }

  /// Puts the file in its place.
  mutating func commit() throws {
    guard fsync(descriptor) == 0 else { throw writingStopped(reason()) }
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0 else { throw writingStopped(reason()) }
    guard rename(temporary, destination) == 0 else {
      throw CheckpointError(
        .cannotCreate, path: path, "it cannot be put in its place: \(reason()). Choose another name"
      )
    }
    // The rename lasts through a power cut once the folder is on the disk too.
    let folder = open(URL(fileURLWithPath: destination).deletingLastPathComponent().path, O_RDONLY)
    if folder >= 0 {
      _ = fsync(folder)
      _ = close(folder)
    }
  }

  /// Removes what was written so far.
  func discard() {
    if descriptor >= 0 { _ = close(descriptor) }
    _ = unlink(temporary)
  }

  private func writingStopped(_ failure: String) -> CheckpointError {
    CheckpointError(
      .inputOutput, path: path,
      "writing stopped: \(failure). Nothing was changed there; free some space or choose another disk"
    )
  }
}

/// Calls read or write until all bytes are through; returns what stopped it, or nil.
private func transfer(_ count: Int, _ step: (_ offset: Int, _ count: Int) -> Int) -> String? {
  var done = 0
  while done < count {
    let moved = step(done, count - done)
    if moved < 0, errno == EINTR { continue }
    if moved < 0 { return reason() }
    if moved == 0 { return "the file ended after \(done) of \(count) bytes" }
    done += moved
  }
  return nil
}

/// What the system says about its last failure.
private func reason() -> String { String(cString: strerror(errno)) }
