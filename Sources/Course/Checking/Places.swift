import Core

// Which elements are wrong, and what these have in common: what is said where nothing explains the
// whole answer.
extension Evidence {
  /// What the wrong elements have in common, where others are right.
  var wrongOnesSentence: String? {
    let wrong = items.flatMap { item in
      item.isWrong.indices.filter { item.isWrong[$0] }
        .map { (got: item.got.scalars[$0], expected: item.expected.scalars[$0]) }
    }
    guard wrongItems.count > 1, wrong.count > 2 else { return nil }
    if wrong.allSatisfy({ $0.got == 0 }) { return "→ what is wrong is 0: is it left out?" }
    let factor = wrong[0].got / wrong[0].expected
    guard factor.isFinite, wrong.allSatisfy({ agree($0.got, $0.expected * factor) }) else {
      return nil
    }
    return "→ what is wrong is \(Self.size(factor))"
  }

  /// A factor, or a multiple of a tensor, that is one for each row, column or channel.
  var lineSentence: String? {
    guard wrongItems.count > 1 else { return nil }
    for (axis, name) in axes.enumerated() where axes.count > 1 {
      if areMultiples(alongEach: axis, of: { $0.expected }) {
        return "→ each \(name) is off by a factor of its own: what is different in each \(name)?"
      }
    }
    for (axis, name) in axes.enumerated() where axes.count == 2 {
      if areMultiples(alongEach: axis, of: { $0.got * 0 + 1 }) {
        return "→ in each \(name) all elements are off by the same amount: is the sum or mean of a "
          + "\(name) missing or wrong?"
      }
      for other in namesOfSameShape where areMultiples(alongEach: axis, of: { $0.tensor(other) }) {
        return
          "→ in each \(name) what is wrong is a multiple of \(other), with a factor of its own: "
          + "is the sum or mean by which \(other) is multiplied missing or wrong?"
      }
    }
    return nil
  }

  /// Whether in each line across an axis what is wrong is a tensor, times a number of that line.
  private func areMultiples(alongEach axis: Int, of tensor: (Item) -> Matrix?) -> Bool {
    // What is left of the evidence when each line has told its factor.
    var surplus = 0
    for item in items {
      guard let tensor = tensor(item) else { return false }
      let (size, inner) = (item.got.shape[axis], item.got.shape[(axis + 1)...].reduce(1, *))
      var factors = [Double?](repeating: nil, count: size)
      let places = item.isWrong.indices.sorted {
        abs(tensor.scalars[$0]) > abs(tensor.scalars[$1])
      }
      for place in places {
        let line = place / inner % size
        let difference = item.got.scalars[place] - item.expected.scalars[place]
        if let factor = factors[line] {
          guard
            agree(
              item.got.scalars[place], item.expected.scalars[place] + factor * tensor.scalars[place]
            )
          else { return false }
          if item.isWrong[place], tensor.scalars[place] != 0 { surplus += 1 }
        } else {
          let factor = tensor.scalars[place] == 0 ? 0 : difference / tensor.scalars[place]
          guard factor.isFinite, tensor.scalars[place] != 0 || !item.isWrong[place] else {
            return false
          }
          factors[line] = factor
        }
      }
    }
    return surplus >= 6
  }

  /// The right numbers at wrong places.
  var orderSentence: String? {
    guard wrongCount >= 4 else { return nil }
    for (axis, name) in axes.enumerated()
    where confirms({ $0.expected.reversed(along: axis) }) {
      return "→ the \(name)s are right, but in the reverse order"
    }
    let isSameNumbers = items.allSatisfy { item in
      zip(item.got.scalars.sorted(), item.expected.scalars.sorted()).allSatisfy { agree($0, $1) }
    }
    return isSameNumbers
      ? "→ the numbers are right, their places are not: are two indices exchanged?" : nil
  }

  /// What the rows of a part are called, and the other axes.
  private var axes: [String] {
    let names: [Int: [String]] = [
      1: ["element"], 2: ["row", "column"], 4: ["image", "channel", "row", "column"],
    ]
    let ranks = Set(items.map(\.got.rank))
    return ranks.count == 1 ? names[ranks.first ?? 0] ?? [] : []
  }

  /// The input whose sign, or the truth whose zeros, tell wrong elements from right ones.
  var placeSentence: String? {
    func isWrongExactly(where rule: (Item, Int) -> Bool?, atLeast least: Int) -> Bool {
      // One case may have its zeros or signs where its mistakes are by chance.
      guard wrongItems.count > 1 || (wrongItems.first?.got.rank ?? 0) > 1 && wrongCount > 1 else {
        return false
      }
      var (wrong, right) = (0, 0)
      for item in items {
        for i in item.isWrong.indices {
          guard let isThere = rule(item, i) else { return false }
          // Where a zero is asked, a wrong factor gives it too.
          let isMute = item.expected.scalars[i] == 0 && item.got.scalars[i] == 0
          guard item.isWrong[i] == isThere || isMute else { return false }
          if item.isWrong[i] { wrong += 1 } else if !isThere { right += 1 }
        }
      }
      return wrong >= least && right >= 4
    }
    for name in namesOfSameShape {
      func number(_ item: Item, _ i: Int) -> Double? { item.tensor(name)?.scalars[i] }
      let signs: [(String, Int, (Double) -> Bool)] = [
        ("negative", 4, { $0 < 0 }), ("not negative", 4, { $0 >= 0 }),
        ("positive", 4, { $0 > 0 }), ("not positive", 4, { $0 <= 0 }),
        ("0: the function's comment says what holds there", 2, { $0 == 0 }),
      ]
      for (sign, least, holds) in signs
      where isWrongExactly(where: { number($0, $1).map(holds) }, atLeast: least) {
        return "→ wrong exactly where \(name) is \(sign)"
      }
    }
    for name in namesOfSameShape {
      let signs: [(String, Int, (Double) -> Bool)] = [
        ("0: the function's comment says what holds there", 2, { $0 == 0 }),
        ("negative", 8, { $0 < 0 }), ("positive", 8, { $0 > 0 }),
      ]
      for (sign, least, holds) in signs {
        let isThere = items.map { item in
          item.isWrong.indices.map { i in item.tensor(name).map { holds($0.scalars[i]) } ?? false }
        }
        let isSubset = zip(items, isThere).allSatisfy { item, isThere in
          zip(item.isWrong, isThere).allSatisfy { !$0 || $1 }
        }
        let elsewhere = isThere.reduce(0) { $0 + $1.count { !$0 } }
        if isSubset, wrongCount >= least, elsewhere >= 6, wrongItems.count > 1 || sign.first == "0"
        {
          return "→ wrong only where \(name) is \(sign)"
        }
      }
    }
    let isWhereZeroIsRight = items.allSatisfy { item in
      item.isWrong.indices.allSatisfy { !item.isWrong[$0] || item.expected.scalars[$0] == 0 }
    }
    let rightCount = items.reduce(0) { count, item in
      count + item.isWrong.indices.count { !item.isWrong[$0] && item.expected.scalars[$0] != 0 }
    }
    return isWhereZeroIsRight && wrongCount >= 4 && rightCount >= 4
      ? "→ wrong only where 0 is right: what is passed on there?" : nil
  }

  /// The rows, columns, images or channels that wrong elements keep to, in every wrong case.
  var regionSentence: String? {
    let isFlat = axes.isEmpty
    let isMissing = wrongItems.allSatisfy { item in
      item.isWrong.indices.allSatisfy { !item.isWrong[$0] || item.got.scalars[$0] == 0 }
    }
    for (axis, name) in (isFlat ? ["element"] : axes).enumerated() {
      func shape(_ item: Item) -> [Int] { isFlat ? [item.got.count] : item.got.shape }
      let wrong = wrongItems.filter { shape($0)[axis] > 1 }
      guard wrong.count > 1 else { continue }
      let touched = wrong.map { item in
        let inner = shape(item)[(axis + 1)...].reduce(1, *)
        return Set(
          item.isWrong.indices.filter { item.isWrong[$0] }.map { $0 / inner % shape(item)[axis] })
      }
      let lasts = wrong.map { shape($0)[axis] - 1 }
      func isTouched(_ region: (_ last: Int) -> Set<Int>) -> Bool {
        zip(touched, lasts).allSatisfy { $0 == region($1) }
      }
      if isTouched({ [$0] }) {
        return "→ only the last \(name) is wrong"
          + (isMissing ? ", and 0: does a loop end too soon?" : "")
      }
      if isTouched({ _ in [0] }) {
        return "→ only the first \(name) is wrong"
          + (isMissing ? ", and 0: does a loop begin too late?" : "")
      }
      guard lasts.count(where: { $0 > 1 }) > 1 else { continue }
      if isTouched({ Set(1...$0) }) {
        return "→ only the first \(name) is right"
          + (isMissing ? ", where others are wrong they are 0: does a loop end too soon?" : "")
      }
      if isTouched({ Set(0..<$0) }) {
        return "→ only the last \(name) is right"
          + (isMissing ? ", where others are wrong they are 0" : "")
      }
    }
    return nil
  }

  /// The number without which nothing is wrong.
  var absentSentence: String? {
    guard wrongItems.count > 1 else { return nil }
    let names = items.first?.numbers.map(\.name) ?? []
    let name = names.first { name in
      let (absent, present) = items.reduce(into: ([Item](), [Item]())) { found, item in
        let isAbsent = item.numbers.contains { $0.name == name && $0.value == 0 }
        if isAbsent { found.0.append(item) } else { found.1.append(item) }
      }
      let told = absent.reduce(0) { $0 + $1.expected.scalars.count { $0 != 0 } }
      return told >= 4 && !absent.contains { $0.isWrong.contains(true) }
        && 2 * present.count { $0.isWrong.contains(true) } > present.count
    }
    return name.map {
      "→ right where \($0) is 0, and wrong only where it is not: look at what \($0) is in"
    }
  }

  /// One factor for all elements of the wrong cases, where others are right.
  var factorWhereWrongSentence: String? {
    guard wrongItems.count < items.count, wrongCount > 3 else { return nil }
    return Evidence(items: wrongItems).factorSentence.map {
      $0.replacing("→ ", with: "→ in the cases that are wrong ")
    }
  }

  /// Columns that are right in every case, where all cases have the same ones.
  var columnsSentence: String? {
    guard wrongItems.count > 1, let size = items.first?.got.shape.last, (2...8).contains(size),
      items.allSatisfy({ 1...2 ~= $0.got.rank && $0.got.shape.last == size })
    else { return nil }
    let wrong = Set(
      items.flatMap { item in item.isWrong.indices.filter { item.isWrong[$0] }.map { $0 % size } })
    let right = (0..<size).filter { !wrong.contains($0) }
    let told = items.reduce(0) { count, item in
      count
        + item.expected.scalars.indices.count {
          right.contains($0 % size) && item.expected.scalars[$0] != 0
        }
    }
    guard told >= 8 else { return nil }
    func list(_ places: [Int]) -> String {
      let name = items.allSatisfy { $0.got.rank == 1 } ? "element" : "column"
      return name + (places.count > 1 ? "s " : " ")
        + places.map(String.init).joined(separator: ", ")
    }
    return "→ \(list(right)) \(right.count > 1 ? "are" : "is") right in every case, "
      + "\(list(wrong.sorted())) not: in what do they differ?"
  }

  /// The right sizes with wrong signs.
  var signSentence: String? {
    let areSizesRight = items.allSatisfy { item in
      zip(item.got.scalars, item.expected.scalars).allSatisfy { agree(abs($0), abs($1)) }
    }
    return areSizesRight && wrongCount >= 2 ? "→ the sizes are right, some signs are not" : nil
  }
}
