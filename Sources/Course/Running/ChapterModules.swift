public import Checking

/// The modules of one chapter: what it asks, the learner's answers, and the finished ones.
public struct ChapterModules: Sendable {
  let problems: any ChapterProblems.Type
  let exercises: any AnswerModule.Type
  let solutions: any AnswerModule.Type

  public init(
    _ problems: any ChapterProblems.Type, _ exercises: any AnswerModule.Type,
    _ solutions: any AnswerModule.Type
  ) {
    (self.problems, self.exercises, self.solutions) = (problems, exercises, solutions)
  }
}
