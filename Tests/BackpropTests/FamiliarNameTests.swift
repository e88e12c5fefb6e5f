import Backprop
import Foundation
import Testing

@Suite struct FamiliarNameTests {
  static let x = Tensor<Double>(rows: [[1, 2, 3], [4, 5, 6]])

  @Test func `T is the transpose, and functions of numbers take every element of a tensor`() {
    let x = Self.x
    #expect(x.T == Tensor(rows: [[1, 4], [2, 5], [3, 6]]) && x.T == x.transposed)
    #expect(exp(-x) == x.map { Foundation.exp(-$0) })
    #expect(log(x) == x.map { Foundation.log($0) } && tanh(x) == x.map { Foundation.tanh($0) })
    #expect(sqrt(x) == x.map { $0.squareRoot() })
    #expect(pow(x, 2) == x * x && pow(x, -1) == 1 / x && pow(x, 0.5) == x.map { pow($0, 0.5) })
    #expect(exp(Tensor<Float>([0])) == Tensor([1]))
  }

  @Test func `functions of numbers stay what they are`() {
    let numbers: [Double] = [exp(0.0), pow(2.0, 3.0), sqrt(4.0), abs(-1), max(1, 2), min(1.5, 2)]
    #expect(numbers == [1, 8, 2, 1, 2, 1.5])
    let y = Self.x
    let scaled = 2 * y * (1 - y) / 2
    #expect(scaled == y - y * y)
  }

  /// What people write, and words of the message that they read.
  static let refused = [
    ("dy * (1 - y^2)", "^ is no power in Swift: write y * y, or pow(y, 2)"),
    ("dy * (1 - y**2)", "Swift has no power operator: write y * y, or pow(y, 2)"),
    ("matmul(transpose(x), dy)", "write x.T, or x.transposed"),
    ("x > 0 ? dy : 0", "ask each element, not the tensor: dy.zip(x) { dy, x in x > 0 ? dy : 0 }"),
    ("x > 0 ? dy : 0", "a number is no tensor: Matrix(shape: x.shape) is one of zeros"),
    ("x <= 0 ? 0 * dy : dy", "ask each element, not the tensor"),
    ("dy * (x > 0)", "dy.zip(x) { dy, x in x > 0 ? dy : 0 } asks each element"),
    ("abs(x)", "write x.map { abs($0) }"),
    ("max(x, 0)", "write x.map { max($0, 0) }"),
    ("min(x, 1)", "write x.map { min($0, 1) }"),
  ]

  /// Where `swift build` puts modules: beside the tests.
  static let modules: URL? = {
    let bundles = [Bundle.main] + Bundle.allBundles
    return bundles.flatMap { [$0.bundleURL, $0.bundleURL.deletingLastPathComponent()] }
      .map { $0.appending(path: "Modules") }
      .first {
        FileManager.default.fileExists(atPath: $0.appending(path: "Backprop.swiftmodule").path)
      }
  }()

  @Test(.enabled(if: modules != nil))
  func `what does not compile says what to write`() throws {
    let modules = try #require(Self.modules)
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).swift")
    defer { try? FileManager.default.removeItem(at: file) }
    let functions = Self.refused.enumerated().map { place, line in
      "func f\(place)(_ dy: Tensor<Double>, _ x: Tensor<Double>, _ y: Tensor<Double>) -> "
        + "Tensor<Double> { \(line.0) }"
    }
    let source = (["import Backprop"] + functions).joined(separator: "\n")
    try Data(source.utf8).write(to: file)
    let messages = try typeChecked(file, with: modules)
    for (place, (code, words)) in Self.refused.enumerated() {
      let said = messages.filter { $0.contains(".swift:\(place + 2):") }
      #expect(said.contains { $0.contains(words) }, "\(code): \(said)")
    }
  }

  /// The errors of the compiler, one a line.
  private func typeChecked(_ file: URL, with modules: URL) throws -> [Substring] {
    let (process, pipe) = (Process(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "swiftc", "-typecheck", "-swift-version", "6", "-I", modules.path, file.path,
    ]
    process.standardError = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self).split(separator: "\n")
      .filter { $0.contains(": error: ") }
  }
}
