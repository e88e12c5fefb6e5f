import Backprop
import Course
import Foundation

/// Answers to 1.1 that misbehave, each in a way of its own.
enum Misbehaving {
  enum Kind: String, Codable, Sendable {
    case exits, readsOutside, loops, recurses, prints, isRandom, isNaN, isOfAnotherShape
    case throwsAnError, isRightForOneRow, isRightForSquares
  }

  /// Set once in a child process, before anything is checked.
  nonisolated(unsafe) static var kind = Kind.exits

  struct OutOfPaper: Error, CustomStringConvertible {
    var description: String { "out of paper" }
  }

  static func answer(_ dy: Matrix, y: Matrix) throws -> Matrix {
    let right = dy * y * (1 - y)
    switch kind {
    case .exits: exit(0)
    case .readsOutside: return dy * dy.scalars[dy.count]
    case .loops: while true {}
    case .recurses: return try answer(dy, y: y) + right
    case .prints:
      print("here I am")
      return right
    case .isRandom: return right * Double.random(in: 1...2)
    case .isNaN: return right * .nan
    case .isOfAnotherShape: return right.rows(0..<1)
    case .throwsAnError: throw OutOfPaper()
    case .isRightForOneRow: return right / Double(dy.rows)
    case .isRightForSquares: return matmul(right, matmul(right, right) * 0 + 1) * 0 + right
    }
  }
}

extension Misbehaving {
  enum Answers {}
}

extension Misbehaving.Answers: Chapter01 {
  static func sigmoidBackward(_ dy: Matrix, y: Matrix) throws -> Matrix {
    try Misbehaving.answer(dy, y: y)
  }
}

extension Misbehaving.Answers: Chapter02 {}
extension Misbehaving.Answers: Chapter03 {}

extension Misbehaving.Answers: Chapter04 {
  static func denseBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix
  ) throws -> (dx: Matrix, dW: Matrix, db: Matrix) {
    throw Misbehaving.OutOfPaper()
  }
}
