import Checking

// The same questions but for one argument that is no tensor and no single number.

extension EmbeddingQuestion {
  public var others: [Self] {
    let moved = ids.map { $0.map { ($0 + 1) % vocabulary } }
    let wider = Matrix(rows: (0...vocabulary).map { i in (0..<width).map { Double(i + $0) } })
    return [
      Self(table: table, ids: moved, dy: dy), Self(table: table, ids: ids.reversed(), dy: dy),
      Self(table: wider, ids: ids, dy: dy),
    ]
  }
}

extension NegativeSamplingQuestion {
  public var others: [Self] {
    func moved(_ ids: [Int]) -> [Int] { ids.map { ($0 + 1) % u.rows } }
    return [
      Self(u: u, v: v, centres: moved(centres), contexts: contexts, negatives: negatives),
      Self(u: u, v: v, centres: centres, contexts: moved(contexts), negatives: negatives),
      Self(u: u, v: v, centres: centres, contexts: contexts, negatives: negatives.map(moved)),
    ]
  }
}

extension FactorizationQuestion {
  public var others: [Self] {
    func with(users: [Int], items: [Int]) -> Self {
      Self(
        p: p, q: q, userBias: userBias, itemBias: itemBias, mean: mean, users: users, items: items,
        ratings: ratings, penalty: penalty)
    }
    return [
      with(users: users.map { ($0 + 1) % p.rows }, items: items),
      with(users: users, items: items.map { ($0 + 1) % q.rows }),
    ]
  }
}
