/// The two recursions over probabilities themselves, with what a misconception may change.
struct CTCLattice {
  /// The probabilities of all classes, frame by frame.
  let y: [[Double]]
  let label: [Int]
  var blank = 0
  /// Whether a path may skip the blank between equal neighbours.
  var skipsBetweenEqual = false
  /// Whether a path may end behind the last blank.
  var endsInBlank = true
  /// Whether β has the frame's own probability as well.
  var countsTwice = false

  init(y: [[Double]], label: [Int]) { (self.y, self.label) = (y, label) }

  var extended: [Int] { [blank] + label.flatMap { [$0, blank] } }

  private func skips(_ s: Int) -> Bool {
    let e = extended
    return s >= 2 && e[s] != blank && (skipsBetweenEqual || e[s] != e[s - 2])
  }

  var alpha: [[Double]] {
    let e = extended
    var alpha = [e.indices.map { $0 < 2 ? y[0][e[$0]] : 0 }]
    for t in y.indices.dropFirst() {
      let before = alpha[t - 1]
      alpha.append(
        e.indices.map { s in
          var sum = before[s] + (s >= 1 ? before[s - 1] : 0)
          if skips(s) { sum += before[s - 2] }
          return sum * y[t][e[s]]
        })
    }
    return alpha
  }

  /// Without the frame's own probability.
  private var beta: [[Double]] {
    let e = extended
    var last = e.indices.map { $0 >= e.count - 2 ? 1.0 : 0 }
    if !endsInBlank, e.count > 1 { last[e.count - 1] = 0 }
    var backwards = [last]
    for t in y.indices.dropLast().reversed() {
      let after = zip(backwards.last ?? [], e).map { $0 * y[t + 1][$1] }
      backwards.append(
        e.indices.map { s in
          var sum = after[s] + (s + 1 < e.count ? after[s + 1] : 0)
          if s + 2 < e.count, skips(s + 2) { sum += after[s + 2] }
          return sum
        })
    }
    return backwards.reversed()
  }

  private var probability: Double {
    let (last, count) = (alpha[y.count - 1], extended.count)
    if count == 1 { return last[0] }
    return last[count - 2] + (endsInBlank ? last[count - 1] : 0)
  }

  /// γ by place, `[t][s]`.
  var occupation: [[Double]] {
    let (alpha, beta, p, e) = (alpha, beta, probability, extended)
    return y.indices.map { t in
      e.indices.map { s in
        alpha[t][s] * beta[t][s] / p * (countsTwice ? y[t][e[s]] : 1)
      }
    }
  }

  /// One where the likeliest single path stands, by place.
  var bestPath: [[Double]] {
    let e = extended
    var scores = [e.indices.map { $0 < 2 ? y[0][e[$0]] : 0 }]
    var origins = [[Int]]()
    for t in y.indices.dropFirst() {
      let before = scores[t - 1]
      var (row, origin) = ([Double](), [Int]())
      for s in e.indices {
        var from = s
        if s >= 1, before[s - 1] > before[from] { from = s - 1 }
        if skips(s), before[s - 2] > before[from] { from = s - 2 }
        origin.append(from)
        row.append(before[from] * y[t][e[s]])
      }
      scores.append(row)
      origins.append(origin)
    }
    var place = e.count - 1
    if e.count > 1, scores[y.count - 1][place - 1] > scores[y.count - 1][place] { place -= 1 }
    var path = [[Double]]()
    for t in y.indices.reversed() {
      path.append(e.indices.map { $0 == place ? 1 : 0 })
      if t > 0 { place = origins[t - 1][place] }
    }
    return path.reversed()
  }
}
