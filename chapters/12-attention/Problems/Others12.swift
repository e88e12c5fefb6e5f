import Attention

// The same questions but for one argument that is no tensor and no single number.

extension AttentionQuestion {
  public var others: [Self] {
    let (t, keys) = (q.shape[2], k.shape[2])
    let own = (0..<t).map { i in (0..<keys).map { $0 == i % keys || $0 == keys - 1 } }
    let masks: [AttentionMask] = [.none, .visible(own)] + (t == keys ? [.causal] : [])
    return masks.filter { $0 != mask }.map { Self(q: q, k: k, v: v, dy: dy, mask: $0) }
  }
}

extension MultiHeadQuestion {
  public var others: [Self] {
    func changed(heads: Int, _ mask: AttentionMask) -> Self {
      Self(x: x, parameters: parameters, dy: dy, heads: heads, mask: mask)
    }
    let width = x.shape[2]
    let counts = (1...width).filter { width % $0 == 0 && $0 != heads }
    return counts.map { changed(heads: $0, mask) }
      + [changed(heads: heads, mask == .causal ? .none : .causal)]
  }
}

extension TransformerQuestion {
  public var others: [Self] {
    var other = Self(
      sequences, x.rows / sequences, x.columns, heads: heads, wide: w1.columns,
      mask: mask == .causal ? .none : .causal, seed: 1299)
    for (_, path) in Self.inputs { other[keyPath: path] = self[keyPath: path] }
    return [other]
  }
}

extension TiedOutputQuestion {
  public var others: [Self] {
    func changed(_ ids: [Int]) -> Self {
      Self(table: table, h: h, dLogits: dLogits, ids: ids, dx: dx)
    }
    return [
      changed(ids.map { ($0 + 1) % table.rows }), changed(ids.reversed()),
      changed(ids.map { table.rows - 1 - $0 }),
    ]
  }
}

extension PatchQuestion {
  /// Patches of another size with as many numbers in all; four small ones become one large one.
  public var others: [Self] {
    let small = Self([1, 4, 2, 2], size: 1, width: 2, seed: 1298)
    let large = Self([1, 1, 2, 2], size: 2, width: 2, seed: 1297)
    return [small, large]
  }
}
