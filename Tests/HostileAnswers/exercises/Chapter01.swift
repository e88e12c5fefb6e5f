import Foundation
import Problems01

/// Functions that misbehave, each in a way of its own.
public enum Answers: Chapter01 {
  /// Traps, after it has printed something.
  public static func sigmoidBackward(_ dy: Matrix, y: Matrix) throws -> Matrix {
    print("before the trap")
    return dy * dy.scalars[dy.count]
  }

  /// Never returns, and leaves the processor to the other tests.
  public static func tanhBackward(_ dy: Matrix, y: Matrix) throws -> Matrix {
    while true { usleep(1000) }
  }

  /// Asks for 100 GB.
  public static func reluBackward(_ dy: Matrix, x: Matrix) throws -> Matrix {
    let large = [Double](repeating: 1, count: 12_500_000_000)
    return dy * large[dy.count]
  }

  /// Leaves the process as if all were well.
  public static func leakyReLUBackward(_ dy: Matrix, x: Matrix, slope: Double) throws -> Matrix {
    exit(0)
  }

  /// Says something else each time.
  public static func softmaxBackward(_ dy: Matrix, y: Matrix) throws -> Matrix {
    dy * Double.random(in: 1...2)
  }

  /// Is no number.
  public static func geluBackward(_ dy: Matrix, x: Matrix) throws -> Matrix {
    if let kind = ProcessInfo.processInfo.environment["HOSTILE_TRAP"] {
      return try trapped(kind, dy, x)
    }
    return dy * .nan
  }
}

// swift-format-ignore: NeverForceUnwrap, NeverUseForceTry
/// Traps in the way that is named; the line that does ends with the name.
///
/// Where the compiler had put it into its caller, a backtrace would name, by the layout of the
/// executable, its line or the caller's.
@inline(never) private func trapped(_ kind: String, _ dy: Matrix, _ x: Matrix) throws -> Matrix {
  var output = dy
  let a = x.scalars
  let zero = dy.count - a.count
  switch kind {
  case "rows":
    for row in 0...x.rows {
      output[row, 0] = x[row, 0] * dy[row, 0]  // rows
    }
  case "index":
    for i in 0..<a.count { output.scalars[i] = a[i] * a[i - 1] }  // index
  case "nil":
    output.scalars[0] = ([:] as [String: Double])["x"]!  // nil
  case "overflow":
    output.scalars[0] = Double((Int.max - zero) * (2 + zero))  // overflow
  case "division":
    output.scalars[0] = Double(a.count / zero)  // division
  case "range":
    for i in 1...zero { output.scalars[0] += Double(i) }  // range
  case "count":
    output.scalars[0] = [Double](repeating: 1, count: zero - 1)[0]  // count
  case "nan":
    output.scalars[0] = Double(Int(0 / Double(zero)))  // nan
  case "try":
    output.scalars[0] = try! failing(zero)  // try
  case "cast":
    let value: Any = zero == 0 ? "text" : 1.0
    output.scalars[0] = value as! Double  // cast
  case "precondition":
    precondition(a.count == 1, "the shapes differ")  // precondition
  case "fatal":
    fatalError("in my own words")  // fatal
  case "closure":
    output = x.map { [$0][zero + 2] }  // closure
  case "memory":
    output.scalars[0] = [Double](repeating: 1, count: 12_500_000_000 + zero)[7]  // memory
  case "access":
    change(&shared) { shared + 1 }  // access
  case "pointer":
    output.scalars[0] = UnsafePointer<Double>(bitPattern: 8 + zero)![0]  // pointer
  default: abort()  // abort
  }
  return output
}

private func failing(_ zero: Int) throws -> Double {
  if zero == 0 { throw CocoaError(.featureUnsupported) }
  return 1
}

nonisolated(unsafe) private var shared = 1.0
private func change(_ number: inout Double, _ body: () -> Double) { number = body() }
