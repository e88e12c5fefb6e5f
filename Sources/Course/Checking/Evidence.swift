import Core

/// What all cases show about one part: the answers, what they should be, and what they may be made of.
///
/// A finding is a claim about every element of every case. It is said only if it holds for all of
/// them, zeros and ties included, and if enough of them are wrong to tell it from chance.
struct Evidence {
  /// One case.
  struct Item {
    let got: Matrix
    let expected: Matrix
    /// What the learner's function is given, by name.
    let tensors: [(name: String, value: Matrix)]
    let numbers: [(name: String, value: Double)]
    /// The tensors whose sizes are known, given or not.
    let sized: [(name: String, value: Matrix)]

    /// Whether each element is wrong.
    let isWrong: [Bool]
  }

  let items: [Item]

  init(items: [Item]) { self.items = items }

  /// Nil where some answer has not the shape that it should have.
  init?<Input: Question, Output>(
    of part: Part<Input, Output>, in outcomes: [Outcome<Input, Output>],
    given: (Input) -> [(name: String, value: Matrix)]
  ) {
    let items = outcomes.map { outcome in
      let (got, expected) = (part.value(outcome.output), part.value(outcome.expected))
      return Item(
        got: got, expected: expected, tensors: given(outcome.input),
        numbers: Input.numbers.map { ($0.name, outcome.input[keyPath: $0.path]) }
          + Input.counts.map { ($0.name, Double(outcome.input[keyPath: $0.path])) },
        sized: outcome.input.tensors,
        isWrong: got.shape == expected.shape
          ? zip(got.scalars, expected.scalars).map { !agree($0, $1) } : [])
    }
    guard items.allSatisfy({ $0.got.shape == $0.expected.shape }) else { return nil }
    self.items = items
  }

  /// How many elements are wrong, in all cases.
  var wrongCount: Int { items.reduce(0) { $0 + $1.isWrong.count { $0 } } }
  /// The cases with a wrong element.
  var wrongItems: [Item] { items.filter { $0.isWrong.contains(true) } }

  /// Whether a prediction gives every element of every case.
  ///
  /// - Parameters:
  ///   - fitted: How many numbers of the prediction were taken from the answers.
  ///   - prediction: What an idea gives for a case; nil where it says nothing.
  /// - Returns: Whether it gives them all, and enough are wrong to tell it from chance.
  func confirms(fitted: Int = 0, _ prediction: (Item) -> Matrix?) -> Bool {
    guard wrongCount >= 2 + fitted else { return false }
    return items.allSatisfy { item in prediction(item).map { same($0, item.got) } ?? false }
  }

  /// The names of tensors that every case has, in the shape of the part.
  var namesOfSameShape: [String] {
    guard let first = items.first else { return [] }
    return first.tensors.map(\.name).filter { name in
      items.allSatisfy { $0.tensor(name)?.shape == $0.got.shape }
    }
  }
}

extension Evidence.Item {
  func tensor(_ name: String) -> Matrix? { tensors.first { $0.name == name }?.value }
}

/// A factor by case: what an answer may have been multiplied or divided by as a whole.
extension Evidence {
  /// The factor between answer and truth in each case, where it is one for all elements; nil in a
  /// case that is right because all is 0.
  var factors: [Double?]? {
    var factors = [Double?]()
    for item in items {
      let largest = item.expected.scalars.indices.max {
        abs(item.expected.scalars[$0]) < abs(item.expected.scalars[$1])
      }
      guard let largest, item.expected.scalars[largest] != 0 else {
        guard !item.isWrong.contains(true) else { return nil }
        factors.append(nil)
        continue
      }
      let factor = item.got.scalars[largest] / item.expected.scalars[largest]
      guard factor.isFinite,
        zip(item.got.scalars, item.expected.scalars).allSatisfy({ agree($0, $1 * factor) })
      else { return nil }
      factors.append(factor)
    }
    return factors
  }

  /// The sizes and numbers that a factor may be, each with what it is in every case.
  var measures: [(name: String, values: [Double])] {
    var measures = [(name: String, values: [Double])]()
    func add(_ name: String, _ value: (Item) -> Double?) {
      let values = items.map(value)
      if !values.contains(nil) { measures.append((name, values.compactMap { $0 })) }
    }
    for (name, _) in items.first?.sized ?? [] {
      for rank in 1...4 {
        for (size, value) in sizes(ofRank: rank) {
          add("\(size) of \(name)") { item in
            item.sized.first { $0.name == name }.flatMap {
              $0.value.rank == rank ? value($0.value.shape) : nil
            }
          }
        }
      }
    }
    for (name, _) in items.first?.numbers ?? [] {
      func number(_ item: Item) -> Double? { item.numbers.first { $0.name == name }?.value }
      add(name, number)
      add("1 - \(name)") { number($0).map { 1 - $0 } }
      add("\(name) squared") { number($0).map { $0 * $0 } }
    }
    return measures
  }

  /// What the sizes of a tensor are called, and how many there are.
  private func sizes(ofRank rank: Int) -> [(name: String, value: ([Int]) -> Double)] {
    switch rank {
    case 1: [("the number of elements", { Double($0[0]) })]
    case 2:
      [
        ("the number of rows", { Double($0[0]) }), ("the number of columns", { Double($0[1]) }),
        ("the number of elements", { Double($0[0] * $0[1]) }),
      ]
    case 4:
      [
        ("the number of images", { Double($0[0]) }), ("the number of channels", { Double($0[1]) }),
        ("the height", { Double($0[2]) }), ("the width", { Double($0[3]) }),
        ("the number of positions", { Double($0[2] * $0[3]) }),
        ("the number of positions in all images", { Double($0[0] * $0[2] * $0[3]) }),
        ("the number of elements", { Double($0.reduce(1, *)) }),
      ]
    default: []
    }
  }
}
