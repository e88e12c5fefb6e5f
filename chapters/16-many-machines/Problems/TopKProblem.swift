public import Checking
public import Core
import ManyMachines

/// A step, what was left from earlier ones, and how much may be sent.
public struct TopKQuestion: Question {
  /// η·g, `[n]`.
  public var step: Matrix
  /// `[n]`.
  public var memory: Matrix
  public let k: Int

  public init(step: Matrix, memory: Matrix, k: Int) {
    (self.step, self.memory, self.k) = (step, memory, k)
  }

  init(_ n: Int, k: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw() -> Matrix { Tensor(shape: [n], using: &generator) }
    self.init(step: draw(), memory: draw(), k: k)
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("step", \.step), ("memory", \.memory)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("k", \.k), ("the number of numbers", \.step.count)]
  }
  public var isPermitted: Bool { true }
  public var summary: String { "step \(step.shape), memory \(memory.shape), k \(k)" }
  public var label: String { "\(step.count) numbers, k \(k)" }

  /// The places of the k largest by some measure; of equal ones the first, or the last.
  func places(_ measure: (_ place: Int) -> Double, lastOfEqual: Bool = false) -> Set<Int> {
    let order = step.scalars.indices.sorted { a, b in
      let (x, y) = (measure(a), measure(b))
      return x > y || (x == y && (lastOfEqual ? a > b : a < b))
    }
    return Set(order.prefix(k))
  }

  /// What is at some places, and 0 elsewhere.
  func only(_ places: Set<Int>, of x: Matrix) -> Matrix {
    Matrix(x.scalars.indices.map { places.contains($0) ? x[$0] : 0 })
  }
}

/// What is sent, and the new memory.
public typealias TopKAnswer = (sent: Matrix, memory: Matrix)

extension Chapter16Problems {
  /// 16.3, the largest numbers of a step, and a memory for the rest.
  public static var topK: Problem<TopKQuestion, TopKAnswer> {
    Problem(
      "16.3", "topKWithMemory", minutes: 15, difficulty: 2, section: "The largest first",
      hints: [
        "Nothing may get lost. What wants to be sent now, all in all? Whatever of it does not go, stays.",
        "Step (1, 2), memory (3, 0), one number may go. In all (4, 2) wants to be sent; 4 is the larger: "
          + "(4, 0) goes, (0, 2) stays. And with the step (1, -5)? A large step backwards is large, too.",
        "step, memory, sent and the new memory are all [n]. Of equally large numbers the one with the lower "
          + "index goes first. To sort places: v.scalars.indices.sorted { … }.",
        "v = memory + step; sent is v at the k places of the largest |v|, and 0 elsewhere; memory ← v - sent",
        "let v = memory + step; let order = v.scalars.indices.sorted { abs(v[$0]) > abs(v[$1]) || (abs(v[$0]) "
          + "== … && $0 < $1) }; var sent = Matrix(shape: v.shape); for i in order.prefix(k) { sent[i] = … }; "
          + "return (sent, …)",
      ],
      cases: [
        Case(TopKQuestion(7, k: 2, seed: 1621)), Case(TopKQuestion(6, k: 3, seed: 1622)),
        Case(TopKQuestion(4, k: 4, seed: 1623)), Case(TopKQuestion(1, k: 1, seed: 1624)),
        Case(TopKQuestion(8, k: 3, seed: 1625)).rounded(),
        Case(
          TopKQuestion(
            step: Matrix([0.5, -2, 1, 2, -0.1]), memory: Matrix([0.6, 0, 0.5, -0.5, 0]), k: 2)),
        // Ties of both signs; and nothing at all to send.
        Case(
          TopKQuestion(
            step: Matrix([1, -1, 1, 0, -1]), memory: Matrix([0, 0, 0, 1, 0]), k: 2)),
        Case(TopKQuestion(step: Matrix([0, 0, 0]), memory: Matrix([0, 0, 0]), k: 1)),
        Case(TopKQuestion(9, k: 1, seed: 1626)),
      ],
      forward: nil,
      reference: { ManyMachines.topKWithMemory($0.step, memory: $0.memory, k: $0.k) },
      parts: [Part("sent") { $0.sent }, Part("memory") { $0.memory }],
      misconceptions: topKMisconceptions,
      alternatives: [
        { question in
          let v = question.memory + question.step
          let sent = question.only(question.places { abs(v[$0]) }, of: v)
          return (sent, v - sent)
        },
        { question in
          // One place after the other, by looking for the largest that is left.
          var left = question.step + question.memory
          var sent = Matrix(shape: left.shape)
          var open = Array(left.scalars.indices)
          for _ in 0..<question.k {
            guard
              let best = open.indices.max(by: { abs(left[open[$0]]) < abs(left[open[$1]]) }),
              let first = open.indices.first(where: { abs(left[open[$0]]) == abs(left[open[best]]) }
              )
            else { break }
            let place = open.remove(at: first)
            (sent[place], left[place]) = (left[place], 0)
          }
          return (sent, left)
        },
        { question in
          // A place goes if fewer than k are before it.
          let v = question.step + question.memory
          func isBefore(_ a: Int, _ b: Int) -> Bool {
            v[a] * v[a] > v[b] * v[b] || (v[a] * v[a] == v[b] * v[b] && a < b)
          }
          let all = v.scalars.indices
          let going = Set(
            all.filter { place in all.count { isBefore($0, place) } < question.k })
          return (
            question.only(going, of: v), question.only(Set(all).subtracting(going), of: v)
          )
        },
      ],
      given: { $0.tensors + [("memory + step", $0.memory + $0.step)] },
      attempt: asks { try $0.topKWithMemory($1.step, memory: $1.memory, k: $1.k) }
    )
  }

  private static var topKMisconceptions: [Misconception<TopKQuestion, TopKAnswer>] {
    /// The answer with other places, values or memories.
    func wrong(
      _ name: String, _ sentence: String,
      v total: @escaping (TopKQuestion) -> Matrix = { $0.memory + $0.step },
      places: ((TopKQuestion, Matrix) -> Set<Int>)? = nil,
      sent: @escaping (TopKQuestion, Set<Int>, Matrix) -> Matrix = { $0.only($1, of: $2) },
      memory: @escaping (TopKQuestion, Set<Int>, Matrix) -> Matrix = { $2 - $0.only($1, of: $2) }
    ) -> Misconception<TopKQuestion, TopKAnswer> {
      Misconception("topk-" + name, sentence) { question in
        let v = total(question)
        let going = places?(question, v) ?? question.places { abs(v[$0]) }
        return (sent(question, going, v), memory(question, going, v))
      }
    }
    return [
      wrong(
        "memory-forgotten",
        "What was not sent before is still owed: v = memory + step. You sent from the step alone, and what was "
          + "in the memory is lost.", v: { $0.step }),
      wrong(
        "memory-not-cleared",
        "What has been sent must leave the memory: memory ← v - sent. Yours keeps it, and sends it again.",
        memory: { $2 }),
      wrong(
        "without-abs",
        "A large negative number is large: choose by |v|. You took the k largest, and the negative ones wait "
          + "for ever.", places: { question, v in question.places { v[$0] } }),
      wrong(
        "chosen-from-step",
        "All that is owed decides, |memory + step|. You chose the places by the step alone.",
        places: { question, _ in question.places { abs(question.step[$0]) } }),
      wrong(
        "chosen-from-memory",
        "All that is owed decides, |memory + step|. You chose the places by the memory alone.",
        places: { question, _ in question.places { abs(question.memory[$0]) } }),
      wrong(
        "memory-decayed",
        "The memory is a debt, not an average: it does not fade. You multiplied it by 0.9.",
        v: { 0.9 * $0.memory + $0.step }),
      wrong(
        "scaled-up",
        "What is sent is sent as it is; the rest comes later. You multiplied by n/k, as if the rest never came.",
        sent: { $0.only($1, of: $2) * (Double($2.count) / Double($0.k)) }),
      wrong(
        "later-of-equal",
        "Of equally large numbers the one with the lower index goes first. You took the later one.",
        places: { question, v in question.places({ abs(v[$0]) }, lastOfEqual: true) }),
      wrong(
        "all-as-large-as-the-kth",
        "k numbers go, and of equally large ones those with the lower index. You sent all that are as large as the "
          + "k-th: where several are, more than k.",
        places: { question, v in
          let least = v.scalars.map { abs($0) }.sorted(by: >)[question.k - 1]
          return Set(v.scalars.indices.filter { abs(v[$0]) >= least })
        }),
      wrong(
        "only-larger-than-the-kth",
        "k numbers go, the k-th largest among them. You sent those that are larger than it.",
        places: { question, v in
          let least = v.scalars.map { abs($0) }.sorted(by: >)[question.k - 1]
          return Set(v.scalars.indices.filter { abs(v[$0]) > least })
        }),
      wrong(
        "smallest", "The k largest go. You sent the k smallest.",
        places: { question, v in question.places { -abs(v[$0]) } }),
      wrong(
        "sends-the-step",
        "All that is owed at a place goes, memory and step. You sent the step alone from there.",
        sent: { question, going, _ in question.only(going, of: question.step) }),
      wrong(
        "sends-sizes",
        "The size chooses, but the number itself is sent, with its sign. You sent |v|.",
        sent: { question, going, v in question.only(going, of: v.map { abs($0) }) }),
      wrong(
        "keeps-the-step-alone",
        "What stays is v where nothing was sent, old debts and new. You kept the step there, and forgot the "
          + "memory.",
        memory: { question, going, _ in question.step - question.only(going, of: question.step) }),
      wrong(
        "memory-is-sent",
        "The memory is what was not sent, v - sent. You returned what was.",
        memory: { $0.only($1, of: $2) }),
      wrong(
        "one-too-many", "k numbers go. You sent one more.",
        places: { question, v in
          TopKQuestion(
            step: question.step, memory: question.memory, k: min(question.k + 1, v.count)
          ).places { abs(v[$0]) }
        }),
    ]
  }
}
