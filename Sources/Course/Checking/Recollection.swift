/// What the reference and the known wrong answers give for one input and its variations, each worked
/// out once: a diagnosis asks for the same ones again for every part, and after every wrong case.
final class Recollection<Output> {
  private var answers: [String: Output?] = [:]

  /// The answer to a question of some name; nil where there is none.
  func answer(to question: String, _ work: () -> Output?) -> Output? {
    if let known = answers[question] { return known }
    let answer = work()
    answers[question] = .some(answer)
    return answer
  }
}
