import Backprop
import Course
import Foundation

/// Answers to 1.1 that misbehave, each in a way of its own.
enum Misbehaving: String, Codable, Sendable {
  case exits, readsOutside, loops, recurses, prints, isRandom, isNaN, isOfAnotherShape
  case throwsAnError, isRightForOneRow, isRightForSquares, isWrongForSquares

  struct OutOfPaper: Error, CustomStringConvertible {
    var description: String { "out of paper" }
  }

  func answer(_ dy: Matrix, y: Matrix) throws -> Matrix {
    let right = dy * y * (1 - y)
    switch self {
    case .exits: exit(0)
    case .readsOutside: return dy * dy.scalars[dy.count]
    case .loops: while true {}
    case .recurses: return try [dy].map { try answer($0, y: y) }[0] + right
    case .prints:
      print("here I am")
      return right
    case .isRandom: return right * Double.random(in: 1...2)
    case .isNaN: return right * .nan
    case .isOfAnotherShape: return right.rows(0..<1)
    case .throwsAnError: throw OutOfPaper()
    case .isRightForOneRow: return right / Double(dy.rows)
    case .isWrongForSquares: return matmul(right, right) * 0 + right * 3
    case .isRightForSquares: return matmul(right, right) * 0 + right
    }
  }
}
