import Backprop
import Course

/// Random inputs for each exercise, of all that it permits: far more than the checker's cases.
enum Samples {
  /// What tells answers from the reference on a random input, or nil.
  typealias Sample = (_ answers: AnswerModules, _ seed: UInt64) -> String?

  /// Those of a chapter's exercises, by their numbers.
  static func chapter(_ number: Int) -> [String: Sample] {
    let chapters: [() -> [(String, Sample)]] = [
      { activations }, { losses }, { graphs }, { perceptrons }, { convolutions }, { optimizers },
      { depth }, { residuals }, { detection }, { embeddings }, { sequences }, { attention },
      { generating }, { reinforcement }, { importance }, { manyMachines },
    ]
    return Dictionary(uniqueKeysWithValues: chapters[number - 1]())
  }

  /// A sample of one exercise.
  static func of<Input, Output>(
    _ problem: Problem<Input, Output>, draw: @escaping (inout Draw) -> Input
  ) -> (String, Sample) {
    (
      problem.id,
      { answers, seed in
        var generator = Draw(seed: seed)
        return problem.disagreement(answers, on: draw(&generator))
      }
    )
  }
}

/// Draws sizes and numbers, ordinary ones most of the time.
struct Draw {
  private var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: 0xA0D1 &+ seed &* 7_919) }

  mutating func size(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + generator.integer(below: range.count)
  }

  mutating func number(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + generator.uniform() * (range.upperBound - range.lowerBound)
  }

  /// True once in so many times.
  mutating func once(in times: Int) -> Bool { generator.integer(below: times) == 0 }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[generator.integer(below: elements.count)]
  }

  mutating func list<Element>(
    _ count: Int, _ element: (inout Draw) -> Element
  ) -> [Element] {
    var list = [Element]()
    for _ in 0..<count { list.append(element(&self)) }
    return list
  }

  mutating func labels(_ count: Int, classes: Int) -> [Int] {
    list(count) { $0.size(0...classes - 1) }
  }

  mutating func permutation(of count: Int) -> [Int] { generator.permutation(of: count) }

  /// Numbers around 0: ordinary, large, small, with zeros among them, in steps of ½, all zero.
  mutating func tensor(_ shape: [Int]) -> Matrix {
    let normal = Matrix(shape: shape, using: &generator)
    switch generator.integer(below: 12) {
    case 0: return 6 * normal
    case 1: return 0.05 * normal
    case 2:
      let other = Matrix(shape: shape, using: &generator)
      return normal.zip(other) { $1 > 0 ? $0 : 0 }
    case 3: return normal.map { ($0 * 2).rounded() / 2 }
    case 4: return once(in: 6) ? 0 * normal : normal.map { abs($0) }
    default: return normal
    }
  }

  /// Numbers in a range, some of them at its ends.
  mutating func tensor(_ shape: [Int], in range: ClosedRange<Double>, ends: Bool = true) -> Matrix {
    let numbers = list(shape.reduce(1, *)) { draw in
      if ends && draw.once(in: 4) { return draw.once(in: 2) ? range.lowerBound : range.upperBound }
      return draw.number(range)
    }
    return Matrix(numbers, shape: shape)
  }

  /// Scores, some of them so large that an exponential overflows.
  mutating func logits(_ shape: [Int]) -> Matrix {
    let scores = 3 * tensor(shape)
    return once(in: 5) ? tensor(shape, in: -1000...1000) : scores
  }
}
