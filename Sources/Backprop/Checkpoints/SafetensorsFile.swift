import Core
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

  /// Leaves the next bytes unread.
  func skip(_ bytes: Int) throws {
    guard lseek(descriptor, off_t(bytes), SEEK_CUR) >= 0 else {
      throw CheckpointError(.inputOutput, path: path, "reading stopped: \(reason()). Try again")
    }
  }

  func close() { _ = Foundation.close(descriptor) }
}

/// A file that is written under another name in the same folder, and takes the place of the old one
/// only when it is complete and on the disk.
///
/// The other name belongs to the destination: what a killed save leaves behind is overwritten by the
/// next one. Two saves to one destination wait for each other, in one process and in two.
///
/// The new file gets the old one's permissions. What must not be replaced is written into: a pipe, a
/// terminal, a file with several names or another owner, one in a folder that takes no new files.
struct ReplacementFile {
  private let path: String
  private let destination: String
  /// The other name; nil where the destination itself is written into.
  private let temporary: String?
  private let descriptor: OutputDescriptor

  init(for path: String) throws {
    self.path = path
    func refused(_ detail: String) -> CheckpointError {
      CheckpointError(.cannotCreate, path: path, detail)
    }
    var old = stat()
    let isThere = stat(path, &old) == 0
    let kind = old.st_mode & S_IFMT
    // What a symbolic link points at is written, not the link. Links to pipes name no path.
    guard let target = !isThere || kind == S_IFREG ? linkTarget(of: path) : absolute(path) else {
      throw refused("it is a link that leads in a circle. Choose another name")
    }
    destination = target
    let (folder, name) = parts(of: target)
    guard !["", ".", ".."].contains(name), !isThere || kind != S_IFDIR else {
      throw refused("it is the name of a folder. Add the name of a file")
    }
    guard !isThere || kind != S_IFBLK else {
      throw refused("it is a disk, which a save would overwrite. Choose the name of a file")
    }
    guard !isThere || access(target, W_OK) == 0 else {
      throw refused(
        "it is there and may not be written to: \(reason()). Choose another name, or allow it with "
          + "chmod u+w")
    }
    let isReplaceable =
      kind == S_IFREG && old.st_nlink == 1 && (old.st_uid == geteuid() || geteuid() == 0)
    let hidden = "\(folder)/.checkpoint-\(fingerprint(of: name)).tmp"
    var opened: Int32 = -1
    if !isThere || isReplaceable { opened = openAlone(hidden, creating: true) }
    if opened < 0, isThere, !isReplaceable || errno == EACCES || errno == EROFS {
      temporary = nil
      opened = openAlone(target, creating: false)
    } else {
      temporary = hidden
    }
    guard opened >= 0 else {
      let detail =
        switch errno {
        case EWOULDBLOCK:
          "another program has been saving to it for \(patience) seconds. Wait until that one "
            + "has ended, or choose another name"
        case ENXIO: "nobody reads from this pipe. Start its reader first"
        default:
          "it cannot be created in \(folder): \(reason()). Choose a folder that exists and "
            + "that you may write to"
        }
      throw refused(detail)
    }
    if isThere, temporary != nil {
      // The owner first: a change of owner takes some permissions away.
      _ = fchown(opened, old.st_uid, old.st_gid)
      _ = fchmod(opened, old.st_mode & 0o7777)
    }
    descriptor = OutputDescriptor(opened)
  }

  func write<Scalar: BitwiseCopyable>(_ scalars: [Scalar]) throws {
    let failure = scalars.withUnsafeBytes { descriptor.write($0) }
    if let failure { throw writingStopped(failure) }
  }

  /// Puts the file in its place.
  func commit() throws {
    if let failure = descriptor.flush() { throw writingStopped(failure) }
    guard let temporary else { return descriptor.close() }
    // Renamed before it is closed, while no other save may touch it.
    guard rename(temporary, destination) == 0 else {
      throw CheckpointError(
        .cannotCreate, path: path, "it cannot be put in its place: \(reason()). Choose another name"
      )
    }
    descriptor.close()
    // The rename lasts through a power cut once the folder is on the disk too.
    let folder = open(parts(of: destination).folder, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      _ = fsync(folder)
      _ = close(folder)
    }
  }

  /// Removes what was written so far.
  func discard() {
    guard descriptor.isOpen else { return }
    if let temporary { _ = unlink(temporary) }
    descriptor.close()
  }

  private func writingStopped(_ failure: String) -> CheckpointError {
    let state =
      temporary == nil
      ? "What stands there now is incomplete; it could not be written beside and exchanged"
      : "Nothing was changed there; free some space or choose another disk"
    return CheckpointError(.inputOutput, path: path, "writing stopped: \(failure). \(state)")
  }
}

/// What bytes are written to, until it is closed.
private final class OutputDescriptor {
  private var number: Int32
  private var written: off_t = 0

  init(_ number: Int32) { self.number = number }

  var isOpen: Bool { number >= 0 }

  /// Writes all bytes; returns what stopped it, or nil.
  ///
  /// A pipe whose reader has gone is an error like others here; else its signal would end the program.
  func write(_ bytes: UnsafeRawBufferPointer) -> String? {
    var (signal, old) = (sigset_t(), sigset_t())
    sigemptyset(&signal)
    sigaddset(&signal, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signal, &old)
    defer { pthread_sigmask(SIG_SETMASK, &old, nil) }
    let failure = transfer(bytes.count) {
      Foundation.write(number, bytes.baseAddress?.advanced(by: $0), $1)
    }
    if failure != nil, errno == EPIPE {
      var (pending, taken) = (sigset_t(), Int32(0))
      sigpending(&pending)
      if sigismember(&pending, SIGPIPE) == 1 { sigwait(&signal, &taken) }
      return "nobody reads from the pipe any more"
    }
    written += off_t(bytes.count)
    return failure
  }

  /// Ends the file where the last byte was written, and brings it onto the disk; returns what stopped
  /// it, or nil.
  func flush() -> String? {
    var status = stat()
    guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return ftruncate(number, written) == 0 && fsync(number) == 0 ? nil : reason()
  }

  func close() {
    if number >= 0 { _ = Foundation.close(number) }
    number = -1
  }
}

/// Folder and name of an absolute path; the name is empty where the path ends with a slash.
private func parts(of path: String) -> (folder: String, name: String) {
  let slash = path.lastIndex(of: "/") ?? path.startIndex
  let folder = String(path[..<slash])
  return (folder.isEmpty ? "/" : folder, String(path[slash...].dropFirst()))
}

private func absolute(_ path: String) -> String {
  path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
}

/// The absolute path that a path names once its last part is no symbolic link any more, whether or not
/// something is there; nil where links lead in a circle.
private func linkTarget(of path: String) -> String? {
  var target = absolute(path)
  for _ in 0..<40 {
    var status = stat()
    guard lstat(target, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return target }
    guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: target) else {
      return target
    }
    target = next.hasPrefix("/") ? next : parts(of: target).folder + "/" + next
  }
  return nil
}

/// For how many seconds another save to the same file is waited for.
private let patience = 10

/// Opens a file for writing from its beginning, alone: whoever else has it open so is waited for.
///
/// - Returns: The descriptor; -1 where it cannot be opened, and errno says why.
private func openAlone(_ path: String, creating: Bool) -> Int32 {
  let creation = creating ? O_CREAT | O_NOFOLLOW : 0
  for _ in 0..<patience * 100 {
    let descriptor = open(
      path, O_WRONLY | creation | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return -1 }
    // Only a pipe without a reader must not be waited for.
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFREG { return descriptor }
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
      // A file that is written into loses its end last, so that its room on the disk stays its own.
      if !creating || ftruncate(descriptor, 0) == 0 { return descriptor }
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
