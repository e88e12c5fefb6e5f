import Checking
import Core

// What wrong answers of this chapter have in common with the right ones: sums that go to the right places,
// and what is added up there.

private typealias Uses = [(place: String, row: [Double])]

extension EmbeddingQuestion {
  /// The uses of a row of the table, each with what it adds.
  private func uses(of id: Int) -> Uses {
    let all = dy.reshaped([batch * steps, width])
    return (0..<batch * steps).filter { ids[$0 / steps][$0 % steps] == id }.map { use in
      ("ids[\(use / steps)][\(use % steps)]", (0..<width).map { all[use, $0] })
    }
  }

  /// Uses without which the sums are those of an answer, as few as can be; nil where there are none such.
  private func missing(in dE: Matrix) -> [String]? {
    var missing = [String]()
    for id in 0..<vocabulary {
      let uses = uses(of: id)
      let wanted = (0..<width).map { dE[id, $0] }
      let kept = (0..<1 << uses.count).filter { choice in
        (0..<width).allSatisfy { j in
          let sum = uses.indices.reduce(0.0) { $0 + (choice >> $1 & 1 == 1 ? uses[$1].row[j] : 0) }
          return agree(sum, wanted[j])
        }
      }.max { $0.nonzeroBitCount < $1.nonzeroBitCount }
      guard let kept else { return nil }
      missing += uses.indices.filter { kept >> $0 & 1 == 0 }.map { uses[$0].place }
    }
    return missing
  }

  /// Each use at its row, but not all of them.
  static var clues: [Clue<Self, Matrix>] {
    [
      Clue { cases in
        let missing = cases.map { $0.input.missing(in: $0.output) }
        guard !missing.contains(where: { $0 == nil }),
          let first = missing.first(where: { !($0 ?? []).isEmpty }), let first
        else { return nil }
        return
          "each use adds to its own row, but some are left out; in the first case that is wrong "
          + first.prefix(3).joined(separator: ", ") + (first.count > 3 ? " and others" : "")
      }
    ]
  }
}

extension UnitLengthQuestion {
  /// What comes of 10⁻¹² in the place of every length.
  private var dividedByTheFloor: Matrix {
    var dx = dy
    for i in 0..<x.rows {
      let along = (x.rows(i..<i + 1) * dy.rows(i..<i + 1)).sum() / 1e-12
      for j in 0..<x.columns { dx[i, j] = (dy[i, j] - x[i, j] / 1e-12 * along) / 1e-12 }
    }
    return dx
  }

  /// The factors by which a row of dx is made of those of dy and of x; nil where it is not.
  private func factors(
    _ dx: Matrix, _ i: Int
  ) -> (ofDy: Double, ofX: Double, isCertain: Bool, along: Double)? {
    let (x, dy) = (self.x.rows(i..<i + 1), self.dy.rows(i..<i + 1))
    let row = dx.rows(i..<i + 1)
    guard surplus(of: row.scalars, over: [dy.scalars, x.scalars]) != nil else { return nil }
    func dot(_ a: Matrix, _ b: Matrix) -> Double { (a * b).sum() }
    let (xx, xy, yy) = (dot(x, x), dot(x, dy), dot(dy, dy))
    let determinant = xx * yy - xy * xy
    guard determinant > 1e-6 * xx * yy else { return (0, 0, false, xy) }
    let (onX, onDy) = (dot(x, row), dot(dy, row))
    return (
      (onDy * xx - onX * xy) / determinant, (onX * yy - onDy * xy) / determinant, true, xy
    )
  }

  static var clues: [Clue<Self, Matrix>] {
    [
      Clue(
        "every ν came out as 10⁻¹², the least that it may be: what becomes of the squares, and which of both "
          + "is taken?"
      ) { same($0.output, $0.input.dividedByTheFloor) ? $0.output.count : nil },
      Clue(
        "each row is right for another length than its own: look at what ν is made of, and at what is done "
          + "with it"
      ) { answered in
        var count = 0
        for i in 0..<answered.output.rows {
          guard let row = answered.input.factors(answered.output, i) else { return nil }
          guard row.isCertain else { continue }
          // dx = dy/ν - x·(x·dy)/ν³.
          let wanted = -row.ofDy * row.ofDy * row.ofDy * row.along
          guard row.ofDy > 0, abs(row.ofX - wanted) <= 1e-7 * max(1, abs(wanted)) else {
            return nil
          }
          count += answered.output.columns - 1
        }
        return count
      },
      Clue(
        "each row is one number times dy and another times x, as it should be, but they are not the right "
          + "numbers: what divides both, and what is taken out along y?"
      ) { answered in
        var count = 0
        for i in 0..<answered.output.rows {
          guard answered.input.factors(answered.output, i) != nil else { return nil }
          count += max(answered.output.columns - 2, 0)
        }
        return count
      },
    ]
  }
}

extension TripletQuestion {
  static var clues: [Clue<Self, TripletAnswer>] {
    [
      Clue(
        "each triplet has its right gradients or none at all, so what is wrong is which of them count: "
          + "look at the bracket, and at its gate"
      ) { answered in
        let (a, p, n) = (answered.input.anchor, answered.input.positive, answered.input.negative)
        let open = [n - p, p - a, a - n].map { $0 * (2 / Double(a.rows)) }
        let got = [answered.output.dAnchor, answered.output.dPositive, answered.output.dNegative]
        var count = 0
        for i in 0..<a.rows {
          let rows = got.map { $0.rows(i..<i + 1) }
          if rows.allSatisfy({ $0.scalars.allSatisfy { $0 == 0 } }) { continue }
          guard zip(rows, open).allSatisfy({ same($0, $1.rows(i..<i + 1)) }) else { return nil }
          count += 3 * a.columns
        }
        return count
      }
    ]
  }
}

extension InfoNCEQuestion {
  static var clues: [Clue<Self, InfoNCEAnswer>] {
    [
      Clue(
        "dA and dB are made of one matrix, and in the right way, but it is not dS: look at S, at both "
          + "softmaxes, at their targets and at what divides"
      ) { answered in
        let (a, b, t) = (answered.input.a, answered.input.b, answered.input.temperature)
        var columns = [[Double]]()
        for i in 0..<a.rows {
          for k in 0..<b.rows {
            var (dA, dB) = (0 * a, 0 * b)
            for j in 0..<a.columns { (dA[i, j], dB[k, j]) = (b[k, j] / t, a[i, j] / t) }
            columns.append(dA.scalars + dB.scalars)
          }
        }
        return surplus(of: answered.output.dA.scalars + answered.output.dB.scalars, over: columns)
      }
    ]
  }
}

extension NegativeSamplingQuestion {
  static var clues: [Clue<Self, WordGradients>] {
    [
      Clue(
        "dU and dV fit together: each pair of words adds one number, times the right rows, at the right "
          + "places. These numbers are wrong: look at the score, its slope, the targets and what divides. A "
          + "pair that is left out has the number 0"
      ) { answered in
        let (u, v, question) = (answered.input.u, answered.input.v, answered.input)
        var columns = [[Double]]()
        for (i, c) in question.centres.enumerated() {
          for word in [question.contexts[i]] + question.negatives[i] {
            var (dU, dV) = (0 * u, 0 * v)
            for j in 0..<u.columns { (dU[c, j], dV[word, j]) = (v[word, j], u[c, j]) }
            columns.append(dU.scalars + dV.scalars)
          }
        }
        return surplus(of: answered.output.dU.scalars + answered.output.dV.scalars, over: columns)
      }
    ]
  }
}

extension FactorizationQuestion {
  static var clues: [Clue<Self, FactorAnswer>] {
    [
      Clue(
        "all four gradients fit together: each rating adds one number, times the right factors, at the "
          + "right places. These numbers are wrong: look at the prediction, at the error and at its slope"
      ) { answered in
        let question = answered.input
        func flat(_ answer: FactorAnswer) -> [Double] {
          answer.dP.scalars + answer.dQ.scalars + answer.dUserBias.scalars
            + answer.dItemBias.scalars
        }
        let zeros: FactorAnswer = (
          0 * question.p, 0 * question.q, 0 * question.userBias, 0 * question.itemBias
        )
        let columns = question.users.indices.map { r in
          let (user, item) = (question.users[r], question.items[r])
          var one = zeros
          for j in 0..<question.p.columns {
            (one.dP[user, j], one.dQ[item, j]) = (question.q[item, j], question.p[user, j])
          }
          (one.dUserBias[user], one.dItemBias[item]) = (1, 1)
          return flat(one)
        }
        var rest = answered.output
        rest.dP -= question.penalty * question.p
        rest.dQ -= question.penalty * question.q
        return surplus(of: flat(rest), over: columns)
      }
    ]
  }
}
