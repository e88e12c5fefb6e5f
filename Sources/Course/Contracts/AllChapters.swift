public import Backprop

/// What a module of answers provides: the functions of every chapter.
///
/// `Exercises` (the learner's) and `Solutions` both conform, so their signatures cannot drift apart.
public typealias AllChapters = Chapter01 & Chapter02 & Chapter03 & Chapter04 & Chapter05
  & Chapter06 & Chapter07 & Chapter08

/// What the learner computes in: Swift's own literal type, exact enough for nine digits.
public typealias Matrix = Tensor<Double>

/// What an exercise throws until it is written; it knows its own line.
public struct Todo: Error {
  public let id: String
  public let line: UInt

  public init(_ id: String, line: UInt = #line) { (self.id, self.line) = (id, line) }
}
