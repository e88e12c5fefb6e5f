import Backprop
import Course

// Answers that keep their first result, by less than all that they were given.
extension Solution {
  /// What an answer keeps its result by, and the call that does it.
  var memories: [(change: String, call: String)] {
    let names = parameters.map(\.name)
    func kept(by keys: [String]) -> String {
      "Situation.kept(by: \"" + keys.map { "\\(\($0))" }.joined(separator: "; ") + "\")"
    }
    let whole = [
      ("its first answer kept by shape", kept(by: names.map { "Key.shape(\($0))" })),
      ("its first answer kept by first element", kept(by: names.map { "Key.first(\($0))" })),
      ("its first answer kept for good", kept(by: [])),
    ]
    return whole
      + names.map { left in
        let others = names.filter { $0 != left }.map { "Key.exact(\($0))" }
        return ("its first answer kept whatever \(left) is", kept(by: others))
      }
  }
}

/// What of an argument an answer is kept by.
public enum Key {
  /// Shapes, counts and whole numbers.
  public static func shape(_ value: Any) -> String {
    text(value) {
      "\($0.shape)"
    } list: {
      "\($0.count)"
    } number: { _ in
      ""
    }
  }

  /// The same, and the first number.
  public static func first(_ value: Any) -> String {
    text(value) {
      "\($0.shape) \($0.scalars.first ?? 0)"
    } list: {
      "\($0.count) \($0.first ?? 0)"
    } number: {
      "\($0)"
    }
  }

  /// Everything but what a function does.
  public static func exact(_ value: Any) -> String {
    text(value) {
      "\($0.shape) \($0.scalars.hashValue)"
    } list: {
      "\($0.hashValue)"
    } number: {
      "\($0)"
    }
  }

  private static func text(
    _ value: Any, tensor: (Matrix) -> String, list: ([Double]) -> String,
    number: (Double) -> String
  ) -> String {
    switch value {
    case let value as Matrix: tensor(value)
    case let value as [Double]: list(value)
    case let value as [Int]: list(value.map(Double.init))
    case let value as [Bool]: list(value.map { $0 ? 1 : 0 })
    case let value as [[Int]]: list(value.flatMap { $0.map(Double.init) + [-1] })
    case let value as Double: number(value)
    case let value as Int: "\(value)"
    default:
      // A tuple, a structure, a list of tensors: part by part.
      Mirror(reflecting: value).children.map { child in
        text(child.value, tensor: tensor, list: list, number: number)
      }.joined(separator: ", ")
    }
  }
}
