public import Checking
public import Core
import ManyMachines

/// Vectors that all workers want the sum of.
public struct RingQuestion: Question {
  /// A row for each worker, `[workers, n]`.
  public var vectors: Matrix

  public init(vectors: Matrix) { self.vectors = vectors }

  init(_ workers: Int, _ n: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    self.init(vectors: Tensor(shape: [workers, n], using: &generator))
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("vectors", \.vectors)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the number of workers", \.workers), ("the length of a vector", \.vectors.columns)]
  }
  public var isPermitted: Bool { true }

  var workers: Int { vectors.rows }
  var chunks: [Range<Int>] { evenParts(of: vectors.columns, workers) }

  /// A ring in which anything may be otherwise.
  ///
  /// - Parameters:
  ///   - chunks: How the vectors are cut.
  ///   - second: Which chunk worker w sends in step s of the second half; nil where there is none.
  ///   - added: Whether a step of each half adds.
  /// - Returns: What each worker holds, and has sent.
  func ring(
    chunks: [Range<Int>]? = nil, second: ((_ w: Int, _ s: Int) -> Int)? = { $0 + 1 - $1 },
    added: (first: Bool, second: Bool) = (true, false)
  ) -> RingAnswer {
    let (n, cuts) = (workers, chunks ?? self.chunks)
    var (held, sent) = (vectors, [Int](repeating: 0, count: workers))
    func step(_ adds: Bool, _ chunk: (_ w: Int) -> Int) {
      let before = held
      for w in 0..<n {
        let cut = cuts[((chunk(w) % n) + n) % n]
        let next = (w + 1) % n
        for j in cut { held[next, j] = before[w, j] + (adds ? before[next, j] : 0) }
        sent[w] += cut.count
      }
    }
    for s in 0..<n - 1 { step(added.first) { $0 - s } }
    if let second { for s in 0..<n - 1 { step(added.second) { second($0, s) } } }
    return (held, sent)
  }
}

/// What each worker holds in the end, and how many numbers it has sent.
public typealias RingAnswer = (results: Matrix, sent: [Int])

extension Chapter16Problems {
  /// 16.2, a sum around a ring.
  public static var ring: Problem<RingQuestion, RingAnswer> {
    Problem(
      "16.2", "ringAllReduce", minutes: 25, difficulty: 3, section: "Around the ring",
      hints: [
        "Two halves of N - 1 steps each. In the first, chunks travel and collect; in the second, finished "
          + "chunks travel and replace. Write one step as a loop over workers, and read from a copy of what "
          + "all held before it.",
        "Two workers, (1, 2) and (10, 20), so two chunks of one number and one step in each half. First: "
          + "worker 0 sends chunk 0 and worker 1 sends chunk 1; worker 0 then holds (1, 22), worker 1 "
          + "(11, 20). Which chunk is finished where, and who must send what in the second half?",
        "vectors and results are [N, n], a worker a row; sent has N whole numbers. A chunk is a range of "
          + "columns. Where N does not divide n, the first n % N chunks are longer by one. In a step, a worker "
          + "sends as many numbers as its chunk has.",
        "first half, step s from 0: w sends chunk (w - s) mod N to w + 1, which adds; second half: w sends "
          + "chunk (w + 1 - s) mod N, which replaces. -1 % 3 is -1 in Swift: add N before you take the rest.",
        "for s in 0..<n - 1 { let before = results; for w in 0..<n { let chunk = (w - s + n) % n; let next = "
          + "(w + 1) % n; for j in starts[chunk]..<starts[chunk + 1] { results[next, j] += before[w, j] }; "
          + "sent[w] += … } }; and once more with …, and = in the place of +=",
      ],
      cases: [
        Case(RingQuestion(3, 7, seed: 1611)), Case(RingQuestion(4, 8, seed: 1612)),
        Case(RingQuestion(2, 5, seed: 1613)), Case(RingQuestion(5, 3, seed: 1614)),
        Case(RingQuestion(1, 4, seed: 1615)), Case(RingQuestion(4, 6, seed: 1616)).rounded(),
        Case(RingQuestion(3, 1, seed: 1617)), Case(RingQuestion(6, 6, seed: 1618)),
      ],
      forward: nil,
      reference: { ManyMachines.ringAllReduce($0.vectors) },
      parts: [
        Part("results") { $0.results }, Part("sent") { Matrix($0.sent.map { Double($0) }) },
      ],
      misconceptions: ringMisconceptions,
      alternatives: [
        { $0.ring() },
        { question in
          // What a ring comes to: all but two chunks are sent twice.
          let (n, length) = (question.workers, question.vectors.columns)
          let total = question.vectors.sum(axis: 0)
          let sizes = question.chunks.map(\.count)
          let sent = (0..<n).map { w in
            n == 1 ? 0 : 2 * length - sizes[(w + 1) % n] - sizes[(w + 2) % n]
          }
          return (
            Matrix(Array(repeating: total.scalars, count: n).flatMap { $0 }, shape: [n, length]),
            sent
          )
        },
        { question in
          // Chunk by chunk: each goes around once to collect and once to be told.
          let n = question.workers
          var (results, sent) = (question.vectors, [Int](repeating: 0, count: n))
          for (c, cut) in question.chunks.enumerated() where n > 1 {
            for j in cut {
              var sum = question.vectors[c, j]
              for hop in 1..<n { sum += question.vectors[(c + hop) % n, j] }
              for w in 0..<n { results[w, j] = sum }
            }
            for hop in 0..<2 * (n - 1) { sent[(c + hop) % n] += cut.count }
          }
          return (results, sent)
        },
      ],
      attempt: asks { try $0.ringAllReduce($1.vectors) }
    )
  }

  private static var ringMisconceptions: [Misconception<RingQuestion, RingAnswer>] {
    func wrong(
      _ name: String, _ sentence: String, _ answer: @escaping (RingQuestion) -> RingAnswer
    ) -> Misconception<RingQuestion, RingAnswer> {
      Misconception("ring-" + name, sentence, answer: answer)
    }
    func counted(
      _ name: String, _ sentence: String, _ count: @escaping (RingQuestion, _ worker: Int) -> Int
    ) -> Misconception<RingQuestion, RingAnswer> {
      wrong(name, sentence) { question in
        (question.ring().results, (0..<question.workers).map { count(question, $0) })
      }
    }
    return [
      wrong(
        "first-half-only",
        "After N - 1 steps each worker holds one finished chunk. N - 1 more hand these around."
      ) { $0.ring(second: nil) },
      wrong(
        "averaged",
        "A sum over all is asked for. Whoever wants the mean divides later; you divided by N."
      ) { question in
        let (results, sent) = question.ring()
        return (results / Double(question.workers), sent)
      },
      counted(
        "counts-whole-vectors",
        "A worker never sends its whole vector: in each half it sends all chunks but one. You counted 2n."
      ) { question, _ in 2 * question.vectors.columns },
      counted(
        "counts-messages",
        "The numbers that a worker has sent are counted, all that its chunks hold. You counted messages."
      ) { question, _ in 2 * (question.workers - 1) },
      counted(
        "counts-the-mean",
        "Where N does not divide n, chunks have different lengths: count what each worker has really sent. "
          + "2(N - 1)/N of the vector is the mean."
      ) { question, _ in 2 * (question.workers - 1) * question.vectors.columns / question.workers },
      counted(
        "counts-received",
        "You counted what arrives at a worker; what it sends is asked. The two differ where chunks do."
      ) { question, w in question.ring().sent[(w + question.workers - 1) % question.workers] },
      counted(
        "counts-first-half",
        "Both halves send. You counted the first one only."
      ) { question, w in question.ring(second: nil).sent[w] },
      wrong(
        "wrong-owner",
        "After the first half worker w holds the sum of chunk w + 1, since the last thing that it got was that "
          + "chunk. You let it hand on chunk w, which is not finished."
      ) { $0.ring(second: { $0 - $1 }) },
      wrong(
        "rest-left-out",
        "N does not always divide the length: the first chunks are then longer by one. You left the rest out."
      ) { question in
        let size = question.vectors.columns / question.workers
        return question.ring(chunks: (0..<question.workers).map { $0 * size..<($0 + 1) * size })
      },
      wrong(
        "rest-in-last-chunk",
        "Here the first chunks are longer by one where N does not divide the length. You gave all of the rest "
          + "to the last chunk: the sums are right, but one worker sends more than its share."
      ) { question in
        let (n, length) = (question.workers, question.vectors.columns)
        let size = length / n
        return question.ring(
          chunks: (0..<n).map { $0 * size..<($0 == n - 1 ? length : ($0 + 1) * size) })
      },
      wrong(
        "chunks-rounded-up",
        "Here the first n % N chunks are longer by one. You gave each ⌈n/N⌉ numbers until none was left: the sums "
          + "are right, but the last chunks are too short, and so is what some workers send."
      ) { question in
        let (n, length) = (question.workers, question.vectors.columns)
        let size = (length + n - 1) / n
        return question.ring(
          chunks: (0..<n).map { min($0 * size, length)..<min(($0 + 1) * size, length) })
      },
      wrong(
        "turned-round",
        "Worker w sends to w + 1. Yours sends to w - 1: the sums are right, but where chunks differ in length "
          + "others send the long ones."
      ) { question in
        let (n, length) = (question.workers, question.vectors.columns)
        func mirrored(_ w: Int) -> Int { (n - w) % n }
        // The same ring with workers and chunks in mirrored places.
        let sizes = (0..<n).map { question.chunks[mirrored($0)].count }
        let starts = sizes.indices.map { sizes[..<$0].reduce(0, +) }
        let held = Matrix(shape: [n, length])
        let sent = RingQuestion(vectors: held).ring(
          chunks: sizes.indices.map { starts[$0]..<starts[$0] + sizes[$0] }
        ).sent
        return (question.ring().results, (0..<n).map { sent[mirrored($0)] })
      },
      wrong(
        "second-half-runs-on",
        "In step s of the second half worker w sends chunk w + 1 - s: what it has just got. You counted up, "
          + "w + 1 + s, chunks that are not finished there."
      ) { $0.ring(second: { $0 + 1 + $1 }) },
      wrong(
        "replaced-in-first-half",
        "In the first half the receiver adds what comes to its own. You put it in its place."
      ) { $0.ring(added: (false, false)) },
      wrong(
        "added-in-second-half",
        "In the second half finished sums are handed on: they replace what was there. You added them."
      ) { $0.ring(added: (true, true)) },
    ]
  }
}
