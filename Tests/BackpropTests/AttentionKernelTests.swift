import Backprop
import Testing

/// Queries, keys, values and what comes back to them, with the heads side by side.
private struct Heads<Scalar: Real> {
  var q: Tensor<Scalar>, k: Tensor<Scalar>, v: Tensor<Scalar>
  var dY: Tensor<Scalar>
  var heads: Int
  var mask: AttentionMask

  init(_ size: AttentionCase) {
    func draw(_ places: Int, _ width: Int, _ seed: UInt64) -> Tensor<Scalar> {
      var generator = SplitMix64(seed: seed)
      return Tensor(shape: [size.m, places, size.heads * width], using: &generator)
    }
    (q, k) = (draw(size.t, size.d, 1), draw(size.keys, size.d, 2))
    (v, dY) = (draw(size.keys, size.e, 3), draw(size.t, size.e, 4))
    (heads, mask) = (size.heads, size.mask)
  }

  /// Y, P, dQ, dK and dV of the kernel.
  var fused: [Tensor<Scalar>] {
    let (y, p) = attentionOfHeads(q, k, v, heads: heads, mask: mask)
    let (dQ, dK, dV) = attentionOfHeadsBackward(dY, q, k, v, weights: p)
    return [y, p, dQ, dK, dV]
  }

  /// The same step by step, from the same P, head by head.
  var textbook: [Tensor<Scalar>] {
    func split(_ x: Tensor<Scalar>) -> Tensor<Scalar> { splitHeads(x, heads: heads) }
    let (y, p) = textbookAttention(split(q), split(k), split(v), mask: mask)
    let (dQ, dK, dV) = textbookAttentionBackward(
      split(dY), split(q), split(k), split(v), weights: p)
    return [mergeHeads(y), p, mergeHeads(dQ), mergeHeads(dK), mergeHeads(dV)]
  }
}

/// Sizes and a mask of attention.
private struct AttentionCase: CustomTestStringConvertible, Sendable {
  var m = 2, t = 5, keys = 5, d = 3, e = 3, heads = 1
  var mask = AttentionMask.none

  var testDescription: String {
    let kind =
      switch mask {
      case .none: "no mask"
      case .causal: "causal"
      case .visible: "a table"
      }
    return "\(m) × \(heads) heads, \(t) queries, \(keys) keys, \(d) and \(e) wide, \(kind)"
  }

  /// A table in which each row sees every third column, and that of its own number.
  static func table(_ rows: Int, _ columns: Int) -> AttentionMask {
    .visible(
      (0..<rows).map { i in (0..<columns).map { j in j == i % columns || (i + j) % 3 == 0 } })
  }

  static let all: [AttentionCase] =
    [
      AttentionCase(), AttentionCase(mask: .causal), AttentionCase(mask: table(5, 5)),
      AttentionCase(m: 1, t: 1, keys: 1, d: 1, e: 1), AttentionCase(t: 1, keys: 1, mask: .causal),
      AttentionCase(t: 1, keys: 7, heads: 2), AttentionCase(t: 7, keys: 1, heads: 2),
      AttentionCase(t: 3, keys: 9, d: 2, e: 5, heads: 3, mask: table(3, 9)),
      AttentionCase(t: 19, keys: 6, d: 7, e: 1, heads: 2),
      AttentionCase(m: 3, t: 16, keys: 16, d: 8, e: 8, heads: 4, mask: .causal),
      AttentionCase(m: 40, t: 17, keys: 17, d: 9, e: 9, heads: 5, mask: .causal),
      AttentionCase(m: 9, t: 35, keys: 50, d: 18, e: 33, heads: 2, mask: table(35, 50)),
      AttentionCase(m: 1, t: 4, keys: 600, d: 20, e: 4, heads: 2),
      // Too large for the kernel.
      AttentionCase(m: 1, t: 70, keys: 64, d: 64, e: 64, heads: 2),
      AttentionCase(m: 1, t: 2, keys: 4100, d: 2, e: 2, heads: 2),
    ]
}

@Suite struct AttentionKernelTests {
  @Test(arguments: AttentionCase.all)
  fileprivate func `attention in one go is the textbook's, forward and backward`(
    size: AttentionCase
  ) {
    let (fused, textbook) = (Heads<Double>(size).fused, Heads<Double>(size).textbook)
    let single = Heads<Float>(size).fused
    for (index, name) in ["y", "p", "dQ", "dK", "dV"].enumerated() {
      #expect(isClose(fused[index], textbook[index], 1e-12), "\(name)")
      #expect(isClose(Tensor<Double>(single[index]), textbook[index], 2e-5), "\(name), in Float")
    }
    let p = fused[1]
    for i in 0..<p.count {
      let (row, column) = (i / size.keys % size.t, i % size.keys)
      let isSeen =
        switch size.mask {
        case .none: true
        case .causal: column <= row
        case .visible(let table): table[row][column]
        }
      if !isSeen { #expect(p.scalars[i] == 0, "a weight of what is not seen") }
    }
  }

  @Test func `attention does not depend on the number of threads`() {
    let size = AttentionCase(m: 21, t: 16, keys: 16, d: 8, e: 8, heads: 3, mask: .causal)
    let count = Threads.count
    defer { Threads.count = count }
    Threads.count = 1
    let one = Heads<Float>(size).fused
    Threads.count = 3
    #expect(Heads<Float>(size).fused == one)
  }

  /// Whether two tensors agree but for so much, NaN with NaN and each infinity with itself.
  private func isSame(_ a: Tensor<Double>, _ b: Tensor<Double>, _ tolerance: Double) -> Bool {
    a.shape == b.shape
      && zip(a.scalars, b.scalars).allSatisfy { a, b in
        a.isNaN ? b.isNaN : a == b || abs(a - b) < tolerance
      }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e308, -1e308])
  func `a number that is not finite, or huge, goes where it goes in the textbook's path`(
    number: Double
  ) {
    let tolerance = number.isFinite ? abs(number) * 1e-12 : 1e-12
    for mask in [AttentionMask.none, .causal, AttentionCase.table(4, 4)] {
      let clean = Heads<Double>(
        AttentionCase(m: 2, t: 4, keys: 4, d: 3, e: 3, heads: 2, mask: mask))
      for place in 0..<clean.q.count {
        for path in [\Heads<Double>.q, \.k, \.v, \.dY] {
          var spoilt = clean
          spoilt[keyPath: path].scalars[place] = number
          for (fused, textbook) in zip(spoilt.fused, spoilt.textbook) {
            #expect(isSame(fused, textbook, tolerance), "place \(place), \(mask)")
          }
        }
      }
    }
  }
}
