import Backprop
import Foundation
import Testing

/// A checkpoint that says in three places which round of saving it belongs to; odd ones are larger.
private func checkpoint(round: Int) -> Checkpoint {
  var checkpoint = Checkpoint(metadata: ["round": "\(round)"])
  let count = round % 2 == 0 ? 20_000 : 70_000
  checkpoint.set("first", to: Tensor(repeating: Float(round), shape: [count]))
  checkpoint.set("last", to: Tensor(repeating: Double(round), shape: [count / 2]))
  return checkpoint
}

/// The round that a file holds; nil if it is not one of them, whole.
private func round(in path: String) -> Int? {
  guard let loaded = try? Checkpoint(contentsOf: path),
    let round = loaded.metadata["round"].flatMap({ Int($0) })
  else { return nil }
  return loaded == checkpoint(round: round) ? round : nil
}

private let fork: @convention(c) () -> pid_t = {
  // Swift hides it, since a child must not rely on its parent's threads; these children save, and die.
  guard let address = dlsym(dlopen(nil, RTLD_NOW), "fork") else { fatalError("no fork") }
  return unsafeBitCast(address, to: (@convention(c) () -> pid_t).self)
}()

@Suite struct CheckpointFaultTests {
  @Test func `of 200 saves killed at random moments, each leaves the old file or the new one`()
    async throws
  {
    let folder = try Folder()
    // In a process of its own, whose threads cannot hold a lock that a child would wait for.
    await #expect(processExitsWith: .exitCode(7)) { [folder = folder.path as String] in
      let path = folder + "/net.safetensors"
      func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
      }
      try checkpoint(round: 0).save(to: path)
      var (last, interrupted, kills, generator) = (0, 0, 0, SplitMix64(seed: 1))
      // More than 200 where a busy machine lets few children save before they are killed.
      while kills < 200 || (interrupted < 20 || last < 20) && kills < 4000 {
        let child = fork()
        if child == 0 {
          for round in (last + 1)... { try? checkpoint(round: round).save(to: path) }
        }
        usleep(UInt32(generator.integer(below: 15_000)))
        _ = Foundation.kill(child, SIGKILL)
        waitpid(child, nil, 0)
        kills += 1
        // 2: neither the old file nor a new one. 3: killed saves pile up. 4: nothing was proved.
        guard let found = round(in: path), found >= last else { exit(2) }
        last = found
        let others = try names().filter { $0 != "net.safetensors" }
        interrupted += others.count
        if others.count > 1 { exit(3) }
      }
      if interrupted < 20 || last < 20 { exit(4) }
      try checkpoint(round: last + 1).save(to: path)
      if try names() != ["net.safetensors"] { exit(5) }
      exit(round(in: path) == last + 1 ? 7 : 1)
    }
  }

  @Test func `two that save to one file take turns`() async throws {
    let folder = try Folder()
    let path = folder.file("net.safetensors")
    try checkpoint(round: 0).save(to: path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for saver in 1...3 {
        group.addTask {
          for step in 0..<10 { try checkpoint(round: 10 * saver + step).save(to: path) }
        }
      }
      group.addTask {
        for _ in 0..<30 { #expect(round(in: path) != nil) }
      }
      try await group.waitForAll()
    }
    #expect(try #require(round(in: path)) % 10 == 9)
    #expect(try folder.names == ["net.safetensors"])
  }

  @Test func `a name as long as the system allows can be saved to`() throws {
    let folder = try Folder()
    let path = folder.file(String(repeating: "n", count: 255))
    try checkpoint(round: 3).save(to: path)
    #expect(round(in: path) == 3)
  }

  @Test func `files and folders without permission are refused with a sentence`() async throws {
    let folder = try Folder()
    let (locked, file) = (folder.file("locked"), folder.file("secret.safetensors"))
    try checkpoint(round: 0).save(to: file)
    try FileManager.default.createDirectory(atPath: locked, withIntermediateDirectories: false)
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: locked)
    await #expect(processExitsWith: .exitCode(7)) {
      [locked = locked as String, file = file as String] in
      // Permissions do not bind the superuser, so its child becomes another user.
      if geteuid() == 0, setgid(65_534) != 0 || setuid(65_534) != 0 { exit(1) }
      do {
        _ = try Checkpoint(contentsOf: file)
      } catch let error as CheckpointError {
        guard error.exitCode == 66, error.detail.contains("Permission denied") else { exit(2) }
        do {
          try Checkpoint().save(to: locked + "/net.safetensors")
        } catch let error as CheckpointError {
          guard error.exitCode == 73, error.detail.contains("Permission denied") else { exit(3) }
          exit(7)
        }
      }
      exit(4)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: locked).isEmpty)
  }
}

@Suite struct HeaderFaultTests {
  private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden/checkpoint.safetensors")

  /// What reading these bytes ends with: nil, or the error's status.
  ///
  /// Anything else is a failure.
  private func status(of bytes: [UInt8], at path: String) throws -> Int32? {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    do {
      let loaded = try Checkpoint(contentsOf: path)
      for (name, tensor) in loaded.tensors {
        #expect(try loaded.tensor(name, as: Float.self).shape == tensor.shape)
      }
      return nil
    } catch let error as CheckpointError {
      #expect(error.description.hasPrefix(path))
      return error.exitCode
    }
  }

  @Test func `a flipped bit in the header never stops the program, and seldom passes`() throws {
    let folder = try Folder()
    let whole = [UInt8](try Data(contentsOf: Self.golden))
    let length = 8 + Int(whole[0]) + 256 * Int(whole[1])
    var passed = 0
    for bit in 0..<8 * length {
      var bytes = whole
      bytes[bit / 8] ^= 1 << (bit % 8)
      let status = try status(of: bytes, at: folder.file("flipped"))
      #expect(status == nil || status == 65)
      // Another letter in a name or a note is another sound file; the rest must show.
      passed += status == nil ? 1 : 0
    }
    #expect(passed < 8 * length / 2)
    #expect(try status(of: whole, at: folder.file("whole")) == nil)
  }

  @Test func `headers put together at random never stop the program`() throws {
    let folder = try Folder()
    var generator = SplitMix64(seed: 2)
    let words = [
      "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"dtype\"", "\"shape\"", "\"data_offsets\"",
      "\"F32\"", "\"F64\"", "\"BF16\"", "\"__metadata__\"", "0", "1", "4", "8", "-1", "1e9", "007",
      "9223372036854775807", "18446744073709551616", " ", "\n", "\\u0000", "\"\\ud800\"", "null",
      "\u{FEFF}", "\"é\"", "\"e\u{301}\"", #"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#,
      #"{"dtype":"F64","shape":[0,9223372036854775807],"data_offsets":[0,0]}"#,
      #"{"dtype":"F32","shape":[],"data_offsets":[4,8]}"#, #""a":"#,
    ]
    for seed in UInt64(1)...3000 {
      generator = SplitMix64(seed: seed)
      let count = generator.integer(below: 12)
      var json = (0..<count).map { _ in words[generator.integer(below: words.count)] }.joined()
      if seed % 2 == 0 { json = "{\"a\":\(words[32]),\(json)}" }
      let data = [UInt8](repeating: 0, count: 4 * generator.integer(below: 4))
      let length = withUnsafeBytes(of: UInt64(json.utf8.count).littleEndian) { Array($0) }
      let status = try status(of: length + Array(json.utf8) + data, at: folder.file("random"))
      #expect(status == nil || status == 65, "seed \(seed): \(json)")
    }
  }

  @Test func `bytes changed at random never stop the program`() throws {
    let folder = try Folder()
    let whole = [UInt8](try Data(contentsOf: Self.golden))
    for seed in UInt64(1)...2000 {
      var (generator, bytes) = (SplitMix64(seed: seed), whole)
      for _ in 0...generator.integer(below: 8) {
        bytes[generator.integer(below: bytes.count)] = UInt8(generator.integer(below: 256))
      }
      if seed % 3 == 0 { bytes.removeLast(generator.integer(below: bytes.count)) }
      let status = try status(of: bytes, at: folder.file("changed"))
      #expect(status == nil || status == 65, "seed \(seed)")
    }
  }

  @Test(arguments: [0x00, 0x20, 0x5B, 0x22, 0x7B] as [UInt8])
  func `a header of 100 MB of one byte is refused in seconds`(byte: UInt8) throws {
    let folder = try Folder()
    let path = folder.file("huge")
    let length = withUnsafeBytes(of: UInt64(100_000_000).littleEndian) { Array($0) }
    var bytes = Data(length)
    if byte != 0 { bytes.append(Data(repeating: byte, count: 100_000_000)) }
    try bytes.write(to: URL(fileURLWithPath: path))
    // A hole in the file, which takes no room.
    if byte == 0 { #expect(truncate(path, 100_000_008) == 0) }
    let start = ContinuousClock.now
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: path) }
    #expect(error?.exitCode == 65 && error?.kind == .malformed)
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test func `a header of many names takes time in proportion`() throws {
    let folder = try Folder()
    let entries = (0..<30_000).map {
      #""t\#($0)":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#
    }
    let json = "{\(entries.joined(separator: ","))}"
    let length = withUnsafeBytes(of: UInt64(json.utf8.count).littleEndian) { Array($0) }
    try Data(length + Array(json.utf8)).write(to: URL(fileURLWithPath: folder.file("many")))
    let start = ContinuousClock.now
    #expect(try Checkpoint(contentsOf: folder.file("many")).tensors.count == 30_000)
    #expect(ContinuousClock.now - start < .seconds(20))
  }
}
