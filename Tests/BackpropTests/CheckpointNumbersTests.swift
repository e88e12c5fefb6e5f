import Backprop
import Foundation
import Testing

/// A safetensors file made by hand: a header and the bytes of its tensors.
private func write(_ header: String, _ bytes: [UInt8], to path: String) throws {
  let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
  try Data(length + Array(header.utf8) + bytes).write(to: URL(filePath: path))
}

private func littleEndian(_ numbers: [UInt16]) -> [UInt8] {
  numbers.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
}

/// All numbers of 16 bits.
private let all = (0...65_535).map { UInt16($0) }

@Suite struct CheckpointNumbersTests {
  private func read(_ type: String) throws -> [Float] {
    let folder = try Folder()
    try write(
      #"{"x":{"dtype":"\#(type)","shape":[256,256],"data_offsets":[0,131072]}}"#, littleEndian(all),
      to: folder.file("x"))
    return try Checkpoint(contentsOf: folder.file("x")).tensor("x", shape: [256, 256]).scalars
  }

  @Test func `every BF16 is read as the upper half of a Float`() throws {
    let numbers = try read("BF16")
    for (bits, number) in zip(all, numbers) { #expect(number.bitPattern == UInt32(bits) << 16) }
  }

  @Test func `every F16 is read as the number that it is, to the last bit`() throws {
    let numbers = try read("F16")
    #if !(os(macOS) && arch(x86_64))
      for (bits, number) in zip(all, numbers) {
        let half = Float16(bitPattern: bits)
        #expect(half.isNaN ? number.isNaN : number.bitPattern == Float(half).bitPattern, "\(bits)")
      }
    #endif
    let known: [(UInt16, Float)] = [
      (0x0001, 0x1p-24), (0x03FF, 0x1.ff8p-15), (0x0400, 0x1p-14), (0x3C00, 1), (0x7BFF, 65_504),
      (0x7C00, .infinity), (0xFC00, -.infinity), (0xC000, -2), (0x3555, 0x1.554p-2),
    ]
    for (bits, number) in known { #expect(numbers[Int(bits)] == number) }
    #expect(numbers[0x8000].bitPattern == (-0.0 as Float).bitPattern)
    #expect(numbers[0x7E00].isNaN && numbers[0x7C01].isNaN && numbers[0xFFFF].sign == .minus)
  }

  @Test(arguments: [
    ("I64", 8), ("U64", 8), ("I32", 4), ("U32", 4), ("I16", 2), ("U16", 2), ("I8", 1), ("U8", 1),
    ("BOOL", 1),
  ])
  func `whole numbers are passed over by name, and the numbers after them are read`(
    type: String, size: Int
  ) throws {
    let folder = try Folder()
    let (a, b) = (3 * size, 3 * size + 4)
    let header =
      #"{"count":{"dtype":"\#(type)","shape":[3],"data_offsets":[0,\#(a)]},"#
      + #""x":{"dtype":"BF16","shape":[2],"data_offsets":[\#(a),\#(b)]}}"#
    try write(
      header, [UInt8](repeating: 255, count: a) + littleEndian([0x3F80, 0xC000]),
      to: folder.file("x"))
    let checkpoint = try Checkpoint(contentsOf: folder.file("x"))
    #expect(checkpoint.tensors.map(\.name) == ["x"])
    #expect(try checkpoint.tensor("x", as: Float.self) == Tensor([1, -2]))
    #expect(checkpoint.passedOver.map { "\($0.name) \($0.dtype)" } == ["count \(type)"])
    let error = #expect(throws: CheckpointError.self) {
      try checkpoint.tensor("count", as: Float.self)
    }
    #expect(error?.detail.contains("\(type), whole numbers, which are passed over") == true)
  }

  @Test(arguments: ["F8_E4M3", "C64", "F4", "f16", ""])
  func `other dtypes are refused with those that can be read`(type: String) throws {
    let folder = try Folder()
    try write(
      #"{"x":{"dtype":"\#(type)","shape":[1],"data_offsets":[0,1]}}"#, [0], to: folder.file("x"))
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint(contentsOf: folder.file("x"))
    }
    #expect(error?.kind == .malformed)
    #expect(error?.detail.contains("only F64, F32, F16 and BF16 can be read") == true)
  }
}

@Suite struct CheckpointLayoutTests {
  /// PyTorch's Linear(3, 3) without a note, and what it makes of [1, 2, 3].
  private func foreign() -> Checkpoint {
    var checkpoint = Checkpoint()
    checkpoint.set("layer1.weight", to: Tensor<Double>(rows: [[1, 2, 3], [4, 5, 6], [7, 8, 9]]))
    checkpoint.set("layer1.bias", to: Tensor<Double>([0, 0, 0]))
    return checkpoint
  }

  private func load(_ checkpoint: Checkpoint) throws -> (said: [String], network: Dense<Double>) {
    var (said, network) = (
      [String](), Dense<Double>(weight: Tensor(shape: [3, 3]), bias: Tensor(shape: [3]))
    )
    try network.load(checkpoint) { said.append($0) }
    return (said, network)
  }

  @Test func `a square matrix without a note is loaded with a sentence that says what is open`()
    throws
  {
    let (said, network) = try load(foreign())
    #expect(said.count == 1)
    let sentence = said.first ?? ""
    for part in ["layer1.weight [3, 3]", "[in, out]", "[out, in]", "weight.T.contiguous()"] {
      #expect(sentence.contains(part), "\(sentence)")
    }
    #expect(network(Tensor(rows: [[1, 2, 3]])) == Tensor(rows: [[30, 36, 42]]))
  }

  @Test func `what this library saved says its layout, and is loaded without a word`() throws {
    let (_, network) = try load(foreign())
    let (said, again) = try load(network.checkpoint(metadata: ["epochs": "3"]))
    #expect(said == [])
    #expect(again.parameters.weight == network.parameters.weight)
    #expect(network.checkpoint().metadata["layout"]?.contains("[in, out]") == true)
  }

  @Test func `a note of another layout is refused, and nothing is changed`() throws {
    var other = foreign()
    other.metadata["layout"] = "matrices [out, in]"
    var network = Dense<Double>(weight: Tensor(shape: [3, 3]), bias: Tensor(shape: [3]))
    let error = #expect(throws: CheckpointError.self) { try network.load(other) }
    #expect(error?.detail.contains("matrices [out, in]") == true)
    #expect(network.parameters.weight == Tensor(shape: [3, 3]))
  }

  @Test func `a transposed matrix that does not fit is told as such`() throws {
    var checkpoint = Checkpoint()
    checkpoint.set("layer1.weight", to: Tensor<Double>(shape: [2, 3]))
    checkpoint.set("layer1.bias", to: Tensor<Double>([0, 0]))
    var network = Dense<Double>(weight: Tensor(shape: [3, 2]), bias: Tensor(shape: [2]))
    let error = #expect(throws: CheckpointError.self) { try network.load(checkpoint) }
    #expect(error?.detail.contains("save weight.T.contiguous()") == true)
  }

  @Test func `recurrent squares and gates are asked about, filters and rectangles are not`() throws
  {
    var generator = SplitMix64(seed: 1)
    func said<Network: TensorLayer<Double>>(_ network: Network) throws -> String {
      var (network, said) = (network, "")
      var checkpoint = network.checkpoint()
      checkpoint.metadata = [:]
      try network.load(checkpoint) { said += $0 }
      return said
    }
    #expect(try said(RNN<Double>(2, 3, using: &generator)).contains("layer1.hiddenWeight [3, 3]"))
    #expect(try said(LSTM<Double>(2, 3, using: &generator)).contains("gates i, f, g, o"))
    #expect(try said(Dense<Double>(2, 3, .he, using: &generator)) == "")
    #expect(try said(Conv2d<Double>(3, 3, kernel: 3, using: &generator)) == "")
    #expect(try said(BatchNorm<Double>(4)) == "")
  }
}
