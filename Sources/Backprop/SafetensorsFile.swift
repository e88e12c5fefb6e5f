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
    // An array without room is one that all threads share, and must not be written to.
    guard count > 0 else { return [] }
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
///
/// The other name belongs to the destination: what a killed save leaves behind is overwritten by the
/// next one. Two saves to one destination wait for each other, in one process and in two.
struct ReplacementFile {
  private let path: String
  private let destination: String
  private let temporary: String
  private var descriptor: Int32

  init(for path: String) throws {
    self.path = path
    // What a symbolic link points at is replaced, not the link.
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    destination = target.path
    let folder = target.deletingLastPathComponent().path
    temporary = "\(folder)/.checkpoint-\(fingerprint(of: target.lastPathComponent)).tmp"
    descriptor = openAlone(temporary)
    guard descriptor >= 0 else {
      throw CheckpointError(
        .cannotCreate, path: path,
        errno == EWOULDBLOCK
          ? "another program has been saving to it for \(patience) seconds. Wait until that one "
            + "has ended, or choose another name"
          : "it cannot be created in \(folder): \(reason()). Choose a folder that exists and "
            + "that you may write to")
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
    // Renamed before it is closed, while no other save may touch it.
    guard rename(temporary, destination) == 0 else {
      throw CheckpointError(
        .cannotCreate, path: path, "it cannot be put in its place: \(reason()). Choose another name"
      )
    }
    _ = close(descriptor)
    descriptor = -1
    // The rename lasts through a power cut once the folder is on the disk too.
    let folder = open(URL(fileURLWithPath: destination).deletingLastPathComponent().path, O_RDONLY)
    if folder >= 0 {
      _ = fsync(folder)
      _ = close(folder)
    }
  }

  /// Removes what was written so far.
  func discard() {
    guard descriptor >= 0 else { return }
    _ = unlink(temporary)
    _ = close(descriptor)
  }

  private func writingStopped(_ failure: String) -> CheckpointError {
    CheckpointError(
      .inputOutput, path: path,
      "writing stopped: \(failure). Nothing was changed there; free some space or choose another disk"
    )
  }
}

/// For how many seconds another save to the same file is waited for.
private let patience = 10

/// Opens a file for writing from its beginning, alone: whoever else has it open so is waited for.
///
/// - Returns: The descriptor; -1 where it cannot be opened, and errno says why.
private func openAlone(_ path: String) -> Int32 {
  for _ in 0..<patience * 100 {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return -1 }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      _ = close(descriptor)
      usleep(10_000)
      continue
    }
    // Now locked, or on a file system without locks. The save before may have put this very file in
    // its place since it was opened: then it is no longer ours.
    var (held, named) = (stat(), stat())
    if fstat(descriptor, &held) == 0, lstat(path, &named) == 0, held.st_ino == named.st_ino,
      held.st_dev == named.st_dev
    {
      if ftruncate(descriptor, 0) == 0 { return descriptor }
      let failure = errno
      _ = close(descriptor)
      errno = failure
      return -1
    }
    _ = close(descriptor)
  }
  errno = EWOULDBLOCK
  return -1
}

/// A short name for a long one, the same in every process (FNV-1a, 64 bits).
private func fingerprint(of name: String) -> String {
  let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
    ($0 ^ UInt64($1)) &* 0x100_0000_01B3
  }
  return String(hash, radix: 36)
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
