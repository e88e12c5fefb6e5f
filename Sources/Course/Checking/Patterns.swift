import Core

// What wrong numbers have in common, where no known idea explains them: each finding holds for every
// element of every case, and of several the most specific one is said.
extension Problem {
  /// The one sentence that explains a part's answers in all cases, if there is one.
  ///
  /// - Parameters:
  ///   - part: The part.
  ///   - outcomes: All cases.
  ///   - isOnly: Whether no other part's mistake is known by name, which may explain this one too;
  ///     else what only describes the wrong numbers is left out.
  ///   - clue: What the problem's own findings say of all parts together.
  /// - Returns: The sentence, or nil.
  func pattern(
    of part: Part<Input, Output>, in outcomes: [Outcome<Input, Output>], isOnly: Bool,
    clue: @escaping () -> String?
  ) -> String? {
    guard let evidence = Evidence(of: part, in: outcomes, given: given) else { return nil }
    let findings: [() -> String?] = [
      { evidence.sameSentence }, { evidence.zeroSentence }, { evidence.factorSentence },
      { evidence.stepSentence(from: part.name) }, { evidence.transposeSentence },
      { whatIf(part, in: outcomes) }, { exchange(part, in: outcomes) },
      { evidence.productSentence }, { evidence.sumSentence },
      { evidence.countSentence },
      { otherPart(than: part, in: outcomes) }, { evidence.orderSentence },
      { evidence.precisionSentence }, { evidence.infiniteSentence },
    ]
    let descriptions: [() -> String?] = [
      clue,
      { evidence.unnamedFactorSentence }, { evidence.multipleSentence },
      { evidence.placeSentence }, { evidence.regionSentence }, { evidence.lineSentence },
      { evidence.signSentence }, { evidence.wrongOnesSentence }, { evidence.absentSentence },
      { evidence.columnsSentence }, { evidence.factorWhereWrongSentence },
      { whatIfWhereWrong(part, in: outcomes) },
    ]
    return (findings + (isOnly ? descriptions : [])).lazy.compactMap { $0() }.first
  }

  /// Whether a part's answers are what another part should be.
  private func otherPart(
    than part: Part<Input, Output>, in outcomes: [Outcome<Input, Output>]
  ) -> String? {
    parts.first { other in
      other.name != part.name
        && outcomes.allSatisfy { same(part.value($0.output), other.value($0.expected)) }
    }.map { "→ this is what \($0.name) should be: are two outputs exchanged?" }
  }
}

extension Evidence {
  /// An input as it came.
  var sameSentence: String? {
    namesOfSameShape.first { name in confirms { $0.tensor(name) } }.map {
      "→ this is \($0), as it came"
    }
  }

  /// One factor for the step that leads from a parameter to the new one.
  func stepSentence(from name: String) -> String? {
    guard namesOfSameShape.contains(name), !name.hasPrefix("gradient") else { return nil }
    let steps = Evidence(
      items: items.map { item in
        let start = item.tensor(name) ?? item.got
        return Item(
          got: item.got - start, expected: item.expected - start, tensors: item.tensors,
          numbers: item.numbers, sized: item.sized, isWrong: item.isWrong)
      })
    let sentence = steps.factorSentence ?? steps.productSentence ?? steps.unnamedFactorSentence
    return sentence.map {
      $0.replacing("every element", with: "the step from \(name)")
        .replacing("the right answer", with: "the right step from \(name)")
        .replacing("this is", with: "the step is")
    }
  }

  /// Nothing but zeros, or but one number.
  var zeroSentence: String? {
    guard wrongCount >= 3, let value = items.first?.got.scalars.first, value.isFinite,
      items.allSatisfy({ $0.got.scalars.allSatisfy { $0 == value } })
    else { return nil }
    return value == 0
      ? "→ every element is 0"
      : "→ every element is \(digits(value)), in every case: what should it depend on?"
  }

  /// One factor for all elements, the same in all cases or one that a size or a number explains.
  var factorSentence: String? {
    guard let factors, wrongCount >= 3 else { return nil }
    let known = factors.compactMap { $0 }
    guard let first = known.first else { return nil }
    let isConstant = known.allSatisfy { agree($0, first) }
    if isConstant, agree(first, -1) { return "→ every element has the wrong sign" }
    func fits(_ value: (Int) -> Double) -> Bool {
      [1, -1].contains { sign in
        factors.indices.allSatisfy { index in
          factors[index].map { agree($0, sign * value(index)) } ?? true
        }
      }
    }
    let place = factors.firstIndex { $0.map { !agree($0, 1) } ?? false } ?? 0
    let size = factors[place] ?? 1
    for (name, values) in measures where Set(values).count > 1 {
      let value = digits(values[place])
      if fits({ values[$0] }) {
        return abs(values[place]) > 1
          ? "→ every element is \(Self.size(size)): \(value) is \(name)"
          : "→ every element is multiplied by \(value) once too often: that is \(name)"
      }
      if fits({ 1 / values[$0] }) {
        return abs(values[place]) > 1
          ? "→ every element is \(Self.size(size)): \(value) is \(name)"
          : "→ every element is divided by \(value) once too often: that is \(name)"
      }
    }
    if isConstant {
      // What one case alone says may be another number in the next.
      return wrongItems.count > 1 || items.count == 1
        ? "→ every element is \(Self.size(first))" : nil
    }
    for (one, values) in measures where Set(values).count > 1 {
      for (other, others) in measures where fits({ values[$0] / others[$0] }) {
        return "→ every element is \(Self.size(size)): that is \(one), divided by \(other); "
          + "is one taken for the other?"
      }
    }
    return nil
  }

  /// A factor in words: 5 times too small, with the wrong sign.
  static func size(_ factor: Double) -> String {
    let size = digits(max(abs(factor), 1 / abs(factor)))
    return "\(size) times too \(abs(factor) > 1 ? "large" : "small")"
      + (factor < 0 ? ", with the wrong sign" : "")
  }

  /// A factor that is one for all elements of a case, and another in each case.
  var unnamedFactorSentence: String? {
    guard let factors, wrongItems.count(where: { $0.got.count > 3 }) > 1 else {
      return nil
    }
    guard let factor = factors.compactMap({ $0 }).first(where: { !agree($0, 1) }), factor != 0
    else {
      return nil
    }
    return
      "→ every element of a case is off by one factor (here it is \(Self.size(factor))), and by "
      + "another in other cases: what is all multiplied with, or divided by?"
  }

  /// The right matrix, its rows and columns exchanged.
  var transposeSentence: String? {
    let isMatrix = items.allSatisfy { $0.got.rank == 2 }
    guard isMatrix, confirms({ $0.expected.transposed.reshaped($0.got.shape) }) else { return nil }
    return items.allSatisfy { $0.got.rows == $0.got.columns }
      ? "→ this is the transpose of the right answer: did you transpose the product?"
      : "→ these are the numbers of the transpose, row by row: `reshaped` moves no number, "
        + "`transposed` does"
  }

  /// All numbers nearly right.
  var precisionSentence: String? {
    let isNear = items.allSatisfy { item in
      let largest = max(item.expected.scalars.reduce(0) { max($0, abs($1)) }, 1e-3)
      return zip(item.got.scalars, item.expected.scalars)
        .allSatisfy { $0 == $1 || abs($0 - $1) <= 1e-5 * largest }
    }
    return isNear
      ? "→ nearly right: is something in single precision (Float), approximated, or is an ε added "
        + "where none belongs?" : nil
  }

  /// Numbers that are none, and no others that are wrong.
  var infiniteSentence: String? {
    let areFiniteOnesRight = wrongItems.allSatisfy { item in
      item.got.scalars.indices.allSatisfy { !item.isWrong[$0] || !item.got.scalars[$0].isFinite }
    }
    guard areFiniteOnesRight, wrongCount > 0 else { return nil }
    return
      "→ what is wrong is no finite number: is there a division by 0, a logarithm or a root of "
      + "a negative number or 0, or an exponential that overflows?"
  }
}

extension Tensor where Scalar == Double {
  /// The same with the order along one axis reversed.
  func reversed(along axis: Int) -> Matrix {
    var result = self
    let (size, inner) = (shape[axis], shape[(axis + 1)...].reduce(1, *))
    for place in 0..<count {
      let index = place / inner % size
      result.scalars[place + (size - 1 - 2 * index) * inner] = scalars[place]
    }
    return result
  }
}
