import Foundation

/// Lets one guide at a time build and check in a folder.
///
/// They share the copy of exercises/ and the checker. The system lets go of a lock with the process,
/// however that ends.
final class Lock {
  private let descriptor: Int32

  /// Waits until no other guide has it, and says so once.
  ///
  /// - Parameters:
  ///   - folder: The workbook's folder.
  ///   - goOn: Asked again and again meanwhile; false gives up.
  /// - Returns: What must be kept for as long as others shall wait; nil if it was given up.
  static func take(in folder: Folder, while goOn: () -> Bool) -> Lock? {
    try? FileManager.default.createDirectory(
      at: folder.notes, withIntermediateDirectories: true)
    let path = folder.notes.appending(path: "lock").path
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    var hasSaid = false
    // Where a file cannot be locked, as on some network drives, there is nothing to wait for.
    while descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0,
      errno == EWOULDBLOCK || errno == EINTR
    {
      guard goOn() else {
        close(descriptor)
        return nil
      }
      if !hasSaid {
        hasSaid = true
        let number = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        Screen.passing("")
        Screen.say(
          "Another guide checks in this folder (process \(number)); this one goes on after it.")
      }
      usleep(50_000)
    }
    if descriptor >= 0 {
      ftruncate(descriptor, 0)
      let number = "\(getpid())"
      _ = pwrite(descriptor, number, number.utf8.count, 0)
    }
    return Lock(descriptor)
  }

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
