/// The recursions of α and β, and what is made of them, with one thing in them that may be another.
///
/// Unlike `CTCLattice`, which has the misconceptions that have names, each way and each factor is free here:
/// an answer that one of these gives goes wrong where it differs.
struct CTCRecursions {
  /// What a recursion may have another of.
  struct Line {
    /// How often the ways count that stay, go one place and go two places.
    var ways = [1.0, 1, 1]
    var skips = Skips.asTheyShould
    /// Where it begins: α in the first frame, β in the last; by the distance from its end of e.
    var begins: @Sendable (_ distance: Int) -> Bool = { $0 < 2 }
    /// Which way's factor y is another one; nil for all.
    var odd: Int?
    var factor = Factor.own
  }

  enum Skips { case asTheyShould, betweenEqual, betweenEqualAlone, overClasses }

  enum Factor { case own, none, squared, inverse, ofOtherFrame, ofOtherPlace }

  enum Product { case both, alphaAlone, betaAlone, alphaSquared, betaSquared }

  var alpha = Line()
  var beta = Line()
  var product = Product.both

  /// The shares of the classes in each frame, `[t][k]`, in two ways that are the same where all is right.
  ///
  /// - Parameters:
  ///   - y: The probabilities of one recording, `[t][k]`.
  ///   - label: What is said in it.
  /// - Returns: γ, with α·β divided by its own sum in each frame, and divided by p.
  func shares(y: [[Double]], label: [Int]) -> (byFrame: [[Double]], byP: [[Double]]) {
    let e = [0] + label.flatMap { [$0, 0] }
    let (a, b) = (alphas(y, e), betas(y, e))
    let p = a[y.count - 1].suffix(2).reduce(0, +)
    var (byFrame, byP) = ([[Double]](), [[Double]]())
    for t in y.indices {
      var (sum, row) = (0.0, [Double](repeating: 0, count: y[t].count))
      for (s, k) in e.enumerated() {
        let share =
          switch product {
          case .both: a[t][s] * b[t][s]
          case .alphaAlone: a[t][s]
          case .betaAlone: b[t][s]
          case .alphaSquared: a[t][s] * a[t][s]
          case .betaSquared: b[t][s] * b[t][s]
          }
        row[k] += share
        sum += share
      }
      // Where no path is left the sum is 0; classes that are not in e have no share even then.
      byFrame.append(row.enumerated().map { e.contains($0) ? $1 / sum : 0 })
      byP.append(row.enumerated().map { e.contains($0) ? $1 / p : 0 })
    }
    return (byFrame, byP)
  }

  private func alphas(_ y: [[Double]], _ e: [Int]) -> [[Double]] {
    var rows = [[Double]]()
    for t in y.indices {
      rows.append(
        e.indices.map { s in
          var sum = t == 0 && alpha.begins(s) ? 1.0 : 0
          if t > 0 {
            for way in 0...2 where s >= way && alpha.allows(way, from: s - way, to: s, e) {
              sum += alpha.ways[way] * rows[t - 1][s - way]
            }
          }
          let own = y[t][e[s]]
          switch alpha.factor {
          case .none: return sum
          case .squared: return sum * own * own
          case .inverse: return sum / own
          default: return sum * own
          }
        })
    }
    return rows
  }

  private func betas(_ y: [[Double]], _ e: [Int]) -> [[Double]] {
    var after = e.indices.map { beta.begins(e.count - 1 - $0) ? 1.0 : 0 }
    var rows = [after]
    for t in y.indices.dropLast().reversed() {
      let next = after
      after = e.indices.map { s in
        (0...2).reduce(0) { sum, way in
          guard s + way < e.count, beta.allows(way, from: s, to: s + way, e) else { return sum }
          let isOdd = beta.odd.map { $0 == way } ?? true
          let own = y[t + 1][e[s + way]]
          let factor =
            switch isOdd ? beta.factor : .own {
            case .own: own
            case .none: 1.0
            case .squared: own * own
            case .inverse: 1 / own
            case .ofOtherFrame: y[t][e[s + way]]
            case .ofOtherPlace: y[t + 1][e[s]]
            }
          return sum + beta.ways[way] * next[s + way] * factor
        }
      }
      rows.append(after)
    }
    return rows.reversed()
  }
}

extension CTCRecursions.Line {
  /// Whether a path may go so many places in a step.
  fileprivate func allows(_ way: Int, from: Int, to: Int, _ e: [Int]) -> Bool {
    guard way == 2 else { return true }
    return switch skips {
    case .asTheyShould: e[to] != 0 && e[to] != e[from]
    case .betweenEqual: e[to] != 0
    case .betweenEqualAlone: e[to] != 0 && e[to] == e[from]
    case .overClasses: e[to] == 0
    }
  }
}

extension CTCRecursions {
  /// Recursions with one thing changed, each with what it is.
  static let changed: [(what: String, recursions: CTCRecursions)] = {
    var all = [(what: String, recursions: CTCRecursions)]()
    func add(_ what: String, _ change: (inout CTCRecursions) -> Void) {
      var recursions = CTCRecursions()
      change(&recursions)
      all.append((what, recursions))
    }
    let lines: [(WritableKeyPath<CTCRecursions, Line>, String, [String])] = [
      (\.alpha, "α", ["from s", "from s - 1", "from s - 2"]),
      (\.beta, "β", ["to s", "to s + 1", "to s + 2"]),
    ]
    for (path, name, places) in lines {
      for (way, place) in places.enumerated() {
        for (count, words) in [
          (0.0, "is missing"), (2, "counts twice"), (-1, "is subtracted, not added"),
        ] {
          add("\(name == "α" ? "an α" : "a β") in which the way \(place) \(words)") {
            $0[keyPath: path].ways[way] = count
          }
        }
      }
      for (skips, words) in [
        (Skips.betweenEqual, "in which paths skip the blank between equal neighbours, too"),
        (
          .betweenEqualAlone, "in which paths skip the blank between equal neighbours, and no other"
        ),
        (.overClasses, "in which paths skip from blank to blank, over a class"),
      ] { add("\(name == "α" ? "an α" : "a β") \(words)") { $0[keyPath: path].skips = skips } }
      let end = name == "α" ? "first" : "last"
      let beginnings: [(@Sendable (Int) -> Bool, String)] = [
        ({ $0 == 0 }, "the \(end) place of e alone"),
        ({ $0 == 1 }, "the second place from that end of e alone"),
        ({ $0 < 3 }, "the \(end) three places of e"), ({ _ in true }, "all places of e"),
      ]
      for (begins, words) in beginnings {
        add("\(name == "α" ? "an α" : "a β") that begins, in the \(end) frame, at \(words)") {
          $0[keyPath: path].begins = begins
        }
      }
    }
    for (factor, words) in [
      (Factor.none, "without its factor y_t(e_s)"), (.squared, "with its factor y_t(e_s) twice"),
      (.inverse, "that is divided by y_t(e_s), not multiplied"),
    ] { add("an α \(words)") { $0.alpha.factor = factor } }
    let odds: [(Int?, String)] = [
      (nil, "all ways"), (0, "the way to s"), (1, "the way to s + 1"), (2, "the way to s + 2"),
    ]
    for (odd, place) in odds {
      for (factor, words) in [
        (Factor.none, "without the factor y"), (.squared, "with the factor y twice"),
        (.inverse, "divided by y, not multiplied"), (.ofOtherFrame, "with y of t, not of t + 1"),
        (.ofOtherPlace, "with y of e_s, not of the place that the way leads to"),
      ] where odd != 0 || factor != .ofOtherPlace {
        add("a β with \(place) \(words)") { ($0.beta.odd, $0.beta.factor) = (odd, factor) }
      }
    }
    for (product, words) in [
      (Product.alphaAlone, "α alone, without β"), (.betaAlone, "β alone, without α"),
      (.alphaSquared, "α·α, not of α·β"), (.betaSquared, "β·β, not of α·β"),
    ] { add("shares that are made of \(words)") { $0.product = product } }
    return all
  }()
}
