import Backprop
import Course
import Foundation

// Functions that misbehave, each in a way of its own. The files of the other chapters beside this
// one are links to the solutions: their verdicts must not suffer.

extension Answers: Chapter01 {
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
    dy * .nan
  }
}
