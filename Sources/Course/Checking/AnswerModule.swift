public import Core

/// What the functions of a chapter are found in: each chapter's contract refines it.
///
/// The learner's module and the solutions' both conform to a chapter's contract, so their signatures
/// cannot drift apart.
public protocol AnswerModule: SendableMetatype {}

/// What the learner computes in: Swift's own literal type, exact enough for nine digits.
public typealias Matrix = Tensor<Double>

/// What an exercise throws until it is written; it knows its own line.
public struct Todo: Error {
  public let id: String
  public let line: UInt

  public init(_ id: String, line: UInt = #line) { (self.id, self.line) = (id, line) }
}

/// The answers of several chapters: an exercise finds its own among them.
public typealias AnswerModules = [any AnswerModule.Type]

/// The exercises of one chapter.
public protocol ChapterProblems: SendableMetatype {
  /// The chapter's number.
  static var number: Int { get }
  /// All of them, in order; their cases are drawn whenever they are asked for.
  static var all: [any Exercise] { get }
}

/// Calls a function of one chapter's contract, wherever among some answers that chapter is.
///
/// - Parameters:
///   - answers: Modules of answers.
///   - contract: The chapter's protocol.
///   - body: Calls the function.
/// - Returns: What the function has returned.
/// - Throws: What the function throws; `NoSuchAnswers` where no module has the contract.
package func asking<Contract, Result>(
  _ answers: AnswerModules, for contract: Contract.Type, _ body: (Contract) throws -> Result
) throws -> Result {
  for case let module as Contract in answers { return try body(module) }
  throw NoSuchAnswers(contract: "\(contract)")
}

/// None of the modules of answers belongs to an exercise's chapter.
package struct NoSuchAnswers: Error, CustomStringConvertible {
  let contract: String
  package var description: String { "no module of answers conforms to \(contract)" }
}
