import Core

// The same questions but for one argument that is no tensor and no single number.

extension MaskedQuestion {
  public var others: [Self] {
    let classes = logits.shape[2]
    return [
      Self(
        logits: logits, targets: targets.map { $0.map { ($0 + 1) % classes } }, mask: mask),
      Self(logits: logits, targets: targets.map { $0.reversed() }, mask: mask),
      Self(logits: logits, targets: targets.reversed(), mask: mask),
      Self(logits: logits, targets: targets, mask: mask.map { $0.reversed() }),
      Self(logits: logits, targets: targets, mask: mask.reversed()),
      Self(logits: logits, targets: targets, mask: mask.map { $0.map { _ in 1 } }),
    ]
  }
}

extension AttentionQuestion {
  public var others: [Self] {
    guard mask == nil, states.shape[1] > 1 else { return [] }
    // The last state alone is masked: the weights change, and nothing else.
    let row = (0..<states.shape[1]).map { $0 + 1 < states.shape[1] ? 1 : 0 }
    return [
      Self(
        query: query, states: states, dContext: dContext,
        mask: Array(repeating: row, count: query.rows))
    ]
  }
}

extension CausalConvolutionQuestion {
  public var others: [Self] {
    [dilation + 1, max(dilation - 1, 1)].filter { $0 != dilation }.map {
      Self(x: x, weight: weight, bias: bias, dy: dy, dilation: $0)
    }
  }
}

extension CTCQuestion {
  public var others: [Self] {
    let classes = logits.shape[2]
    return [
      Self(logits: logits, labels: labels.map { $0.map { $0 % (classes - 1) + 1 } }),
      Self(logits: logits, labels: labels.map { $0.reversed() }),
      Self(logits: logits, labels: labels.reversed()),
      Self(logits: logits, labels: labels.map { Array($0.dropLast()) }),
    ]
  }
}
