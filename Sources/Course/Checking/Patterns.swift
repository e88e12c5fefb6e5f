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

  /// The right answer, or the zero, with something in it once too often or too seldom.
  var productSentence: String? {
    let names = namesOfSameShape
    // Of many tensors each counts as it is, or there are too many pairs.
    let factors = names.flatMap { Factor.all(of: $0).prefix(names.count > 4 ? 1 : 9) }
    for factor in factors where confirms({ $0.expected * factor.value($0) }) {
      return "→ this is the right answer times \(factor.name): is it multiplied in once too often?"
    }
    for factor in factors {
      guard let size = isQuotient(by: factor, times: nil) else { continue }
      return "→ this is the right answer divided by \(factor.name)"
        + (agree(size, 1) ? "" : " and multiplied by \(digits(size))")
        + ": is a factor \(factor.name) missing?"
    }
    for factor in factors {
      if let size = isQuotient(by: Factor(name: "1") { $0.got * 0 + 1 }, times: factor) {
        return
          "→ this is the right answer times \(digits(size)) · \(factor.name): is it multiplied in "
          + "once too often?"
      }
      for other in factors where other.name != factor.name {
        guard let size = isQuotient(by: factor, times: other) else { continue }
        let name = agree(size, 1) ? other.name : "\(digits(size)) · \(other.name)"
        return "→ this is the right answer with \(name) where \(factor.name) belongs"
      }
    }
    return nil
  }

  /// The constant c if answers are the right ones, divided by one factor and multiplied by another
  /// and by c; nil if they are not.
  ///
  /// Where the factor is 0 the truth must be too: there any number is the quotient.
  private func isQuotient(by factor: Factor, times other: Factor?) -> Double? {
    guard wrongCount >= 4 else { return nil }
    var told = 0
    var constant: Double?
    for item in items {
      let divisor = factor.value(item)
      let right = other.map { item.expected * $0.value(item) } ?? item.expected
      let product = item.got * divisor
      if constant == nil,
        let i = item.isWrong.indices.first(where: { abs(right.scalars[$0]) > 1e-3 })
      {
        constant = product.scalars[i] / right.scalars[i]
      }
      guard same(product, right * (constant ?? 1)) else { return nil }
      told += zip(item.isWrong, divisor.scalars).count { $0 && abs($1) > 1e-3 }
    }
    guard told >= 4, 10 * told >= 8 * wrongCount else { return nil }
    return constant.flatMap { abs($0) > 1e-6 ? $0 : nil }
  }

  /// The right answer, and something added to it or taken off.
  var sumSentence: String? {
    if let factor = differenceFactor({ $0.got * 0 + 1 }) {
      return "→ every element is \(digits(abs(factor))) too \(factor > 0 ? "large" : "small")"
    }
    let names = namesOfSameShape
    for name in names {
      if let factor = differenceFactor({ $0.tensor(name) }) {
        let size = agree(abs(factor), 1) ? name : "\(digits(abs(factor))) · \(name)"
        return factor > 0
          ? "→ this is the right answer plus \(size): is it added once too often?"
          : "→ this is the right answer minus \(size): is it left out, or subtracted once too often?"
      }
    }
    for (index, name) in names.enumerated() {
      for other in names[index...] {
        let product = name == other ? "\(name)²" : "\(name) · \(other)"
        guard
          let factor = differenceFactor({ item in
            guard let a = item.tensor(name), let b = item.tensor(other) else { return nil }
            return a * b
          })
        else { continue }
        let size = agree(abs(factor), 1) ? product : "\(digits(abs(factor))) · \(product)"
        return "→ this is the right answer \(factor > 0 ? "plus" : "minus") \(size)"
      }
    }
    return nil
  }

  /// A tensor that has another factor than it should, whatever it is.
  var multipleSentence: String? {
    // Where all is off by one factor, another tensor has no part in it.
    guard factors == nil else { return nil }
    let names = namesOfSameShape
    let factors = names.flatMap { Factor.all(of: $0).prefix(names.count > 4 ? 1 : 3) }
    if let one = factors.first(where: { isMultipleOfDifference($0.value) }) {
      return
        "→ what is wrong is a multiple of \(one.name): has it the wrong sign or factor where it "
        + "is added, or is it left out?"
    }
    for (index, one) in factors.enumerated() {
      for other in factors[(index + 1)...]
      where isMultipleOfDifference({ one.value($0) * other.value($0) }) {
        return
          "→ what is wrong is a multiple of \(one.name) · \(other.name): is it left out, or once "
          + "too often there?"
      }
    }
    return nil
  }

  /// Where one number is asked: a whole multiple of other numbers, by which all wrong ones differ.
  var countSentence: String? {
    let wrong = wrongItems
    guard wrong.count > 2, items.allSatisfy({ $0.got.count == 1 }) else { return nil }
    let names = wrong[0].numbers.map(\.name)
    var products = names.indices.map { ([$0], names[$0]) }
    for one in names.indices {
      products += names.indices[one...].map { ([one, $0], "\(names[one]) · \(names[$0])") }
    }
    for (places, product) in products {
      let factors = wrong.map { item in
        (item.got.scalars[0] - item.expected.scalars[0])
          / places.reduce(1) { $0 * item.numbers[$1].value }
      }
      let factor = factors[0].rounded()
      guard factor != 0, factors.allSatisfy({ abs($0 - factor) < 1e-9 }) else { continue }
      let size = abs(factor) == 1 ? product : "\(digits(abs(factor))) · \(product)"
      return "→ where it is wrong it is too \(factor > 0 ? "large" : "small") by \(size)"
    }
    return nil
  }

  /// The factor by which answers differ from the truth by a tensor, the same in all cases.
  private func differenceFactor(_ tensor: (Item) -> Matrix?) -> Double? {
    guard let item = wrongItems.first, let i = item.isWrong.firstIndex(of: true),
      let number = tensor(item)?.scalars[i], abs(number) > 1e-6
    else { return nil }
    let factor = (item.got.scalars[i] - item.expected.scalars[i]) / number
    guard factor.isFinite,
      confirms(fitted: 1, { item in tensor(item).map { item.expected + factor * $0 } })
    else { return nil }
    return factor
  }

  /// Whether all that is wrong in each case is a tensor, times a number of the case.
  private func isMultipleOfDifference(_ tensor: (Item) -> Matrix?) -> Bool {
    wrongItems.count > 1
      && wrongItems.contains { $0.isWrong.count { $0 } > 3 }
      && items.allSatisfy { item in
        guard let tensor = tensor(item) else { return false }
        let difference = item.got - item.expected
        guard let i = item.isWrong.firstIndex(of: true) else { return true }
        let factor = difference.scalars[i] / tensor.scalars[i]
        return factor.isFinite && same(item.got, item.expected + factor * tensor)
      }
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

/// Something that an answer may have been multiplied by, element by element.
private struct Factor {
  let name: String
  let value: (Evidence.Item) -> Matrix

  /// A tensor, and what formulas make of it.
  static func all(of name: String) -> [Factor] {
    func make(_ text: String, _ change: @escaping (Double) -> Double) -> Factor {
      Factor(name: text) { item in (item.tensor(name) ?? item.got).map(change) }
    }
    return [
      make(name) { $0 }, make("(1 - \(name))") { 1 - $0 }, make("\(name)²") { $0 * $0 },
      make("(1 + \(name))") { 1 + $0 }, make("(1 - \(name)²)") { 1 - $0 * $0 },
      make("(1 + \(name)²)") { 1 + $0 * $0 },
      make("\(name)(1 - \(name))") { $0 * (1 - $0) },
    ]
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
