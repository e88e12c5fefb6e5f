import Core

// What wrong numbers have to do with the tensors that a function was given: one of them multiplied in or
// left out, added or taken off.
extension Evidence {
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
