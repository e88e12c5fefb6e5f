import Backprop
import Foundation
import Testing

/// A folder that is gone after the test.
final class Folder {
  let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("checkpoint-\(UUID().uuidString)").path

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path) } }
}

private let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .appendingPathComponent("Golden/checkpoint.safetensors").path

@Suite struct CheckpointTests {
  private func sample() -> Checkpoint {
    var checkpoint = Checkpoint(metadata: ["epochs": "10", "note": "line\nbreak, ∂ \"and\" \\"])
    checkpoint.set("weight", to: Tensor<Float>([1.5, -2.25, 0.1, 4, 5, .infinity], shape: [2, 3]))
    checkpoint.set("bias / größe \"β\"", to: Tensor<Double>([0.1, -1e300, .pi]))
    checkpoint.set("step", to: Tensor<Float>([7], shape: []))
    checkpoint.set("empty", to: Tensor<Double>([], shape: [0, 3]))
    return checkpoint
  }

  @Test func `what was saved is loaded: bits, precision, order and notes`() throws {
    let folder = try Folder()
    let path = folder.file("net.safetensors")
    try sample().save(to: path)
    let loaded = try Checkpoint(contentsOf: path)
    #expect(loaded == sample())
    #expect(loaded.path == path)
    #expect(try folder.names == ["net.safetensors"], "no temporary file is left")
    try Checkpoint().save(to: path)
    #expect(try Checkpoint(contentsOf: path) == Checkpoint())
  }

  @Test func `NaN is saved and loaded with its bits`() throws {
    let folder = try Folder()
    var checkpoint = Checkpoint()
    checkpoint.set("x", to: Tensor<Float>([.nan, Float(bitPattern: 0x7FC0_1234), -0.0]))
    try checkpoint.save(to: folder.file("nan"))
    let x: Tensor<Float> = try Checkpoint(contentsOf: folder.file("nan")).tensor("x")
    #expect(x.scalars.map(\.bitPattern) == [Float.nan.bitPattern, 0x7FC0_1234, 0x8000_0000])
  }

  @Test func `numbers come in the precision asked for`() throws {
    let floats: Tensor<Float> = try sample().tensor("bias / größe \"β\"")
    #expect(floats.scalars == [0.1, -.infinity, Float(Double.pi)])
    #expect(try sample().tensor("weight", as: Double.self)[0, 2] == Double(Float(0.1)))
    #expect(try sample().tensor("weight", as: Float.self, shape: [2, 3])[0, 2] == 0.1)
    var replaced = sample()
    replaced.set("weight", to: Tensor<Double>([1]))
    #expect(replaced.tensors.map(\.name) == sample().tensors.map(\.name))
    #expect(replaced.tensors[0].tensor == .double(Tensor([1])))
  }

  @Test func `a file written by PyTorch is read`() throws {
    let checkpoint = try Checkpoint(contentsOf: golden)
    #expect(checkpoint.metadata == ["epochs": "10", "note": "line\nbreak, ∂ and \\"])
    #expect(checkpoint.tensors.count == 5)
    let weight: Tensor<Float> = try checkpoint.tensor("hidden.weight", shape: [2, 3])
    #expect(weight.scalars == [1.5, -2.25, 3, 0.1, 1e-30, .infinity])
    let bias: Tensor<Double> = try checkpoint.tensor("hidden.bias")
    #expect(bias.scalars == [0.1, -1e300, 3])
    #expect(try checkpoint.tensor("step", as: Double.self).item == 7)
    #expect(try checkpoint.tensor("empty", as: Float.self, shape: [0, 3]).count == 0)
    #expect(try checkpoint.tensor("größe \"β\"", as: Float.self).item == 0.5)
  }

  @Test func `the bytes are those of the format`() throws {
    let folder = try Folder()
    var checkpoint = Checkpoint(metadata: ["k": "v"])
    checkpoint.set("a", to: Tensor<Float>([1]))
    checkpoint.set("b", to: Tensor<Double>([2]))
    try checkpoint.save(to: folder.file("bytes"))
    let data = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("bytes"))))
    let json = #"""
      {"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}
      """#
    let length = (json.utf8.count + 7) / 8 * 8
    #expect(data.prefix(8) == [UInt8(length), 0, 0, 0, 0, 0, 0, 0])
    let header = String(decoding: data[8..<8 + length], as: UTF8.self)
    #expect(header == json + String(repeating: " ", count: length - json.utf8.count))
    #expect(Array(data[(8 + length)...]) == [0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0x80, 0x3F])
  }
}

/// A damaged file, and what must be said about it.
struct DamagedFile: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let bytes: [UInt8]
  let sentence: String

  init(_ json: String, data: Int = 0, _ sentence: String) {
    testDescription = json
    bytes =
      withUnsafeBytes(of: UInt64(json.utf8.count)) { Array($0) } + Array(json.utf8)
      + [UInt8](repeating: 0, count: data)
    self.sentence = sentence
  }

  init(bytes: [UInt8], _ sentence: String) {
    testDescription = "\(bytes.count) bytes"
    self.bytes = bytes
    self.sentence = sentence
  }
}

@Suite struct CheckpointErrorTests {
  private static let one = #"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#

  private static func entry(_ type: String, _ shape: String, _ offsets: String) -> String {
    #"{"a":{"dtype":"\#(type)","shape":[\#(shape)],"data_offsets":[\#(offsets)]}}"#
  }

  static let damaged = [
    DamagedFile(bytes: [], "has 0 in all"),
    DamagedFile(bytes: [1, 2, 3], "has 3 in all"),
    DamagedFile(
      bytes: [200, 0, 0, 0, 0, 0, 0, 0, 1, 2], "should have 200 bytes, but only 2 follow"),
    DamagedFile(
      bytes: [UInt8](repeating: 0xFF, count: 9), "claim a header of 18446744073709551615"),
    DamagedFile(bytes: [1, 0xE1, 0xF5, 5, 0, 0, 0, 0], "claim a header of 100000001 bytes"),
    DamagedFile("", "should have '{' at byte 0, it has its end"),
    DamagedFile("[]", "should have '{' at byte 0, it has '[]'"),
    DamagedFile(#"{"a"}"#, "should have ':' at byte 4"),
    DamagedFile(#"{"a":"#, "should have '{' at byte 5, it has its end"),
    DamagedFile(#"{"a"#, "a string that ends at byte 1"),
    DamagedFile(#"{"a\"#, "a string that ends at byte 1"),
    DamagedFile(#"{"\x":1}"#, "valid escapes at byte 1"),
    DamagedFile("{} x", "nothing but spaces after the last brace at byte 3"),
    DamagedFile(#"{"a":\#(one),}"#, data: 4, "should have '\"' at byte"),
    DamagedFile(#"{"__metadata__":{"k":1}}"#, "should have '\"' at byte"),
    DamagedFile(String(repeating: "[", count: 100_000), "should have '{' at byte 0"),
    DamagedFile(entry("F32", "-1", "0,4"), data: 4, "a whole number from 0"),
    DamagedFile(entry("F32", "1.5", "0,4"), data: 4, "should have ']' at byte"),
    DamagedFile(entry("F32", "99999999999999999999", "0,4"), data: 4, "a whole number from 0"),
    DamagedFile(entry("F8_E5M2", "4", "0,4"), data: 4, "only F64, F32, F16 and BF16 can be read"),
    DamagedFile(entry("F32", "1", "4,0"), data: 4, "data_offsets [4, 0]"),
    DamagedFile(entry("F32", "1", "0,4,8"), data: 4, "data_offsets [0, 4, 8]"),
    DamagedFile(
      entry("F32", "2", "0,4"), data: 4, "is [2] of F32, 8 bytes, but its offsets span 4"),
    DamagedFile(
      entry("F32", "4611686018427387904,4", "0,0"), "holds more numbers than can be counted"),
    DamagedFile(entry("F32", "1", "0,4"), data: 3, "its tensors take 4 bytes, but 3 follow"),
    DamagedFile(entry("F32", "1", "0,4"), data: 5, "Something was appended"),
    DamagedFile(entry("F32", "1", "4,8"), data: 8, "it should begin at 0: it leaves a gap"),
    DamagedFile(#"{"a":\#(one),"b":\#(one)}"#, data: 4, "it overlaps the tensor before it"),
    DamagedFile(#"{"a":\#(one),"a":\#(one)}"#, data: 4, "names \"a\" twice"),
    DamagedFile(#"{"a":{"dtype":"F32","shape":[1]}}"#, data: 4, "one of them is missing"),
    DamagedFile(#"{"a":{"kind":"F32"}}"#, data: 4, "has a field \"kind\""),
  ]

  @Test(arguments: damaged)
  func `a damaged file is refused with its name and the finding`(_ file: DamagedFile) throws {
    let folder = try Folder()
    let path = folder.file("damaged.safetensors")
    try Data(file.bytes).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: path) }
    let text = error?.description ?? ""
    #expect(text.contains(file.sentence), "\(text)")
    #expect(text.hasPrefix(path + ": ") && error?.kind == .malformed && error?.exitCode == 65)
  }

  @Test func `every truncation of a whole file is refused`() throws {
    let folder = try Folder()
    let path = folder.file("cut.safetensors")
    let whole = try Data(contentsOf: URL(fileURLWithPath: golden))
    for length in 0..<whole.count {
      try whole.prefix(length).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: path) }
      #expect(error?.kind == .malformed)
    }
  }

  @Test func `a missing file, a folder, a missing tensor and a wrong shape are told apart`() throws
  {
    let folder = try Folder()
    let missing = #expect(throws: CheckpointError.self) {
      try Checkpoint(contentsOf: folder.file("none"))
    }
    #expect(missing?.exitCode == 66 && missing?.detail.contains("No such file") == true)
    let directory = #expect(throws: CheckpointError.self) {
      try Checkpoint(contentsOf: folder.path)
    }
    #expect(directory?.kind == .cannotOpen && directory?.detail.contains("folder") == true)

    let checkpoint = try Checkpoint(contentsOf: golden)
    let tensor = #expect(throws: CheckpointError.self) {
      try checkpoint.tensor("hidden.wait", as: Float.self)
    }
    #expect(tensor?.kind == .missingTensor && tensor?.path == golden)
    #expect(tensor?.detail.contains("it holds hidden.bias, ") == true)
    let shape = #expect(throws: CheckpointError.self) {
      try checkpoint.tensor("hidden.weight", as: Float.self, shape: [3, 2])
    }
    #expect(shape?.kind == .wrongShape)
    #expect(shape?.detail.contains("is [2, 3], the network needs [3, 2]") == true)
  }

  @Test func `a place where no file can be made is refused with exit status 73`() throws {
    let folder = try Folder()
    let nowhere = #expect(throws: CheckpointError.self) {
      try Checkpoint().save(to: folder.file("none/net"))
    }
    #expect(nowhere?.exitCode == 73 && nowhere?.detail.contains("folder that exists") == true)
    let directory = #expect(throws: CheckpointError.self) { try Checkpoint().save(to: folder.path) }
    #expect(directory?.kind == .cannotCreate)
    #expect(try folder.names.isEmpty, "no temporary file is left")
  }

  @Test func `a full disk leaves the old file whole, and says so`() async throws {
    let folder = try Folder()
    let path = folder.file("net.safetensors")
    var old = Checkpoint()
    old.set("x", to: Tensor<Float>([1, 2, 3]))
    try old.save(to: path)
    await #expect(processExitsWith: .exitCode(74)) { [path = path as String] in
      // Files of this process may grow to 100,000 bytes and no further.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 100_000, rlim_max: 100_000)
      #if canImport(Darwin)
        setrlimit(RLIMIT_FSIZE, &limit)
      #else
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      #endif
      var new = Checkpoint()
      new.set("x", to: Tensor<Float>(shape: [1_000_000]))
      do { try new.save(to: path) } catch let error as CheckpointError {
        if error.description.contains("Nothing was changed") { exit(error.exitCode) }
      }
    }
    #expect(try Checkpoint(contentsOf: path) == old)
    #expect(try folder.names == ["net.safetensors"], "what was written so far is removed")
  }

  @Test func `the target of a symbolic link is replaced, not the link`() throws {
    let folder = try Folder()
    try Checkpoint().save(to: folder.file("real"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: folder.file("real"))
    try Checkpoint(metadata: ["via": "link"]).save(to: folder.file("link"))
    #expect(try Checkpoint(contentsOf: folder.file("real")).metadata == ["via": "link"])
  }
}
