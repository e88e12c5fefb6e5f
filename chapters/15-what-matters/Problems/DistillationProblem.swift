public import Checking
public import Core
import Importance

/// A student's logits, a teacher's, and the labels.
public struct DistillationQuestion: Question {
  public var z: Matrix, teacher: Matrix
  public let labels: [Int]
  public var temperature: Double, alpha: Double

  public init(
    z: Matrix, teacher: Matrix, labels: [Int], temperature: Double, alpha: Double
  ) {
    (self.z, self.teacher, self.labels) = (z, teacher, labels)
    (self.temperature, self.alpha) = (temperature, alpha)
  }

  init(_ m: Int, _ n: Int, temperature: Double, alpha: Double, size: Double = 2, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw() -> Matrix { Tensor(standardDeviation: size, shape: [m, n], using: &generator) }
    let (z, teacher) = (draw(), draw())
    self.init(
      z: z, teacher: teacher, labels: (0..<m).map { ($0 * 2 + 1) % n }, temperature: temperature,
      alpha: alpha)
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("z", \.z), ("teacher", \.teacher)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("temperature", \.temperature), ("alpha", \.alpha)]
  }
  public var isPermitted: Bool { temperature > 0 && 0 <= alpha && alpha <= 1 }
  public var summary: String {
    "z \(z.shape), labels \(labels), temperature \(digits(temperature)), alpha \(digits(alpha))"
  }

  // The pieces of a right answer, and of wrong ones.
  fileprivate var m: Double { Double(z.rows) }
  fileprivate var n: Double { Double(z.columns) }
  fileprivate var student: Matrix { softmax(z / temperature) }
  fileprivate var target: Matrix { softmax(teacher / temperature) }
  fileprivate var truth: Matrix { oneHot(labels, classes: z.columns) }
  /// The hard part, α aside.
  fileprivate var hard: Matrix { (softmax(z) - truth) / m }
  /// The soft part, α and T aside.
  fileprivate var soft: Matrix { (student - target) / m }
}

extension Chapter15Problems {
  /// 15.1, the gradient of a student's loss.
  public static var distillation: Problem<DistillationQuestion, Matrix> {
    Problem(
      "15.1", "distillationBackward", minutes: 25, difficulty: 3,
      section: "A teacher's gradient",
      hints: [
        "Two losses with a weight each, and both are cross-entropies but for a constant: the teacher is "
          + "not asked to change. You know the gradient of a cross-entropy with labels, and with "
          + "probabilities as targets. Then ask what stands between z and the second softmax.",
        "One row, two classes, T = 2, α = 1, z = (0, 0), teacher z′ = (2, 0)·ln 3. Softened, the student "
          + "says (½, ½) and the teacher (¾, ¼). With respect to u = z/T the cross-entropy has the slope "
          + "½ - ¾ in the first class. The loss has T² before it. u is z divided by T: how much does u "
          + "move if z moves by 1?",
        "z, z′ and dz are [m, classes]; labels become rows by oneHot(labels, classes: z.columns). "
          + "`softmax` is for each row. The mean is over the m rows, and for both parts.",
        "dz = [(1 - α)(softmax(z) - onehot) + α·T·(softmax(z/T) - softmax(z′/T))]/m",
        "let hard = softmax(z) - oneHot(labels, classes: z.columns); let soft = softmax(z / temperature) "
          + "- softmax(…); return ((1 - alpha) * hard + alpha * … * soft) / Double(z.rows)",
      ],
      cases: [
        Case(DistillationQuestion(3, 4, temperature: 3.7, alpha: 0.7, seed: 1501)),
        Case(DistillationQuestion(5, 3, temperature: 2.5, alpha: 0.4, seed: 1502)).rounded(
          "z", "teacher"),
        Case(DistillationQuestion(1, 5, temperature: 2.3, alpha: 0.25, seed: 1503)),
        Case(DistillationQuestion(4, 2, temperature: 0.5, alpha: 1, seed: 1504)),
        Case(DistillationQuestion(2, 2, temperature: 3, alpha: 0, seed: 1505)),
        Case(
          DistillationQuestion(
            z: Matrix(rows: [[1, 0, -1], [0, 2, 1]]),
            teacher: Matrix(rows: [[4, 1, 0], [-1, 3, 2]]),
            labels: [0, 2], temperature: 4, alpha: 0.7)),
        // Scores of hundreds: no exponential may overflow.
        Case(
          DistillationQuestion(2, 3, temperature: 1.5, alpha: 0.6, size: 800, seed: 1506),
          isCorner: true),
      ],
      forward: loss,
      reference: {
        distillationLoss(
          logits: $0.z, teacher: $0.teacher, labels: $0.labels, temperature: $0.temperature,
          alpha: $0.alpha
        ).gradient
      },
      parts: [Part("dz", of: \.z)],
      misconceptions: distillationMisconceptions,
      alternatives: [
        { $0.alpha * $0.temperature * $0.soft + (1 - $0.alpha) * $0.hard },
        { question in
          // One cross-entropy each, with targets.
          let hard = softmaxCrossEntropy(logits: question.z, targets: question.truth).gradient
          let soft = softmaxCrossEntropy(
            logits: question.z / question.temperature, targets: question.target
          ).gradient
          let scale = question.alpha * question.temperature * question.temperature
          return (1 - question.alpha) * hard + scale * (soft / question.temperature)
        },
        { question in
          // Element by element.
          let (p, s, t) = (softmax(question.z), question.student, question.target)
          var dz = Matrix(shape: question.z.shape)
          for i in 0..<dz.rows {
            for j in 0..<dz.columns {
              let right = question.labels[i] == j ? 1.0 : 0
              dz[i, j] = (1 - question.alpha) * (p[i, j] - right) / question.m
              dz[i, j] += question.alpha * question.temperature * (s[i, j] - t[i, j]) / question.m
            }
          }
          return dz
        },
      ],
      given: { question in
        question.tensors + [
          ("softmax(z)", softmax(question.z)), ("onehot", question.truth),
          ("softmax(z/T)", question.student), ("softmax(teacher/T)", question.target),
          ("softmax(z) - onehot", question.m * question.hard),
          ("softmax(z/T) - softmax(teacher/T)", question.m * question.soft),
        ]
      },
      attempt: asks {
        try $0.distillationBackward(
          $1.z, teacher: $1.teacher, labels: $1.labels, temperature: $1.temperature,
          alpha: $1.alpha)
      }
    )
  }

  private static func loss(_ question: DistillationQuestion) -> Double {
    distillationLoss(
      logits: question.z, teacher: question.teacher, labels: question.labels,
      temperature: question.temperature, alpha: question.alpha
    ).loss
  }

  /// The right sum, with other pieces or factors.
  private static func sum(
    _ question: DistillationQuestion, hard: Matrix? = nil, soft: Matrix? = nil,
    factor: Double? = nil
  ) -> Matrix {
    (1 - question.alpha) * (hard ?? question.hard)
      + question.alpha * (factor ?? question.temperature) * (soft ?? question.soft)
  }

  private static var distillationMisconceptions: [Misconception<DistillationQuestion, Matrix>] {
    [
      Misconception(
        "distillation-square-forgotten",
        "The loss has T² before the teacher's part, and the chain rule through z/T divides by T once: "
          + "α·T is left. You have α/T, without T²: the hotter, the less the teacher counts."
      ) { sum($0, factor: 1 / $0.temperature) },
      Misconception(
        "distillation-chain-forgotten",
        "You kept T². But the softmax sees z/T, and the chain rule divides by T once: α·T."
      ) { sum($0, factor: $0.temperature * $0.temperature) },
      Misconception(
        "distillation-temperature-cancelled",
        "T² stands in the loss, and only one T comes from the chain rule: they do not cancel. α·T is left, "
          + "not α."
      ) { sum($0, factor: 1) },
      Misconception(
        "distillation-teacher-not-softened",
        "Both are softened, student and teacher: softmax(z′/T). You took the teacher's probabilities as "
          + "they are, at a temperature of 1."
      ) { sum($0, soft: ($0.student - softmax($0.teacher)) / $0.m) },
      Misconception(
        "distillation-student-not-softened",
        "Both are softened, student and teacher: softmax(z/T). You took the student's probabilities as "
          + "they are, at a temperature of 1."
      ) { sum($0, soft: (softmax($0.z) - $0.target) / $0.m) },
      Misconception(
        "distillation-exchanged",
        "The student moves towards the teacher: student minus teacher, as p - t. You have it the other "
          + "way round."
      ) { sum($0, soft: -$0.soft) },
      Misconception(
        "distillation-divergence-reversed",
        "This is the gradient of KL(student ‖ teacher). Here the teacher stands first: KL(teacher ‖ "
          + "student), whose gradient is a difference of two softmaxes."
      ) { sum($0, soft: reversed($0)) },
      Misconception(
        "distillation-shares-exchanged",
        "α is the teacher's share, 1 - α that of the labels. You exchanged them."
      ) { $0.alpha * $0.hard + (1 - $0.alpha) * $0.temperature * $0.soft },
      Misconception(
        "distillation-soft-mean-over-classes",
        "A divergence sums over the classes, and its mean is over the m rows alone. You divided the "
          + "teacher's part by the number of classes as well: `mean` where `batchmean` is meant."
      ) { sum($0, soft: $0.soft / $0.n) },
      Misconception(
        "distillation-mean-over-classes",
        "Both losses sum over the classes, and their means are over the m rows alone. You divided by "
          + "m·n."
      ) { sum($0) / $0.n },
      Misconception(
        "distillation-hard-softened",
        "The labels' part is an ordinary cross-entropy, at a temperature of 1: softmax(z) - onehot. You "
          + "took softmax(z/T) there, too."
      ) { sum($0, hard: ($0.student - $0.truth) / $0.m) },
      Misconception(
        "distillation-epsilon-added",
        "log(p + 10⁻⁸) is another function: nearly right, and flat where p is rounded to 0. Both parts are "
          + "differences of probabilities, without a logarithm."
      ) { question in
        func slope(_ target: Matrix, _ p: Matrix) -> Matrix {
          softmaxBackward(target.zip(p) { -$0 / ($1 + 1e-8) }, y: p) / question.m
        }
        return sum(
          question, hard: slope(question.truth, softmax(question.z)),
          soft: slope(question.target, question.student))
      },
      Misconception(
        "distillation-summed",
        "The loss is a mean over the m rows, and so its gradient is divided by m. Yours is the sum."
      ) { sum($0) * $0.m },
      Misconception(
        "distillation-labels-from-the-teacher",
        "The labels' part compares with the labels. You took the teacher's probabilities for both parts."
      ) { sum($0, hard: (softmax($0.z) - softmax($0.teacher)) / $0.m) },
    ]
  }

  /// The slope of KL(student ‖ teacher) at z/T.
  private static func reversed(_ question: DistillationQuestion) -> Matrix {
    let (s, t) = (question.student, question.target)
    // A probability that has become 0 has no part in it.
    let ratio = s.zip(t) { $0 > 0 && $1 > 0 ? Double.log($0 / $1) : 0 }
    let means = (s * ratio).sum(axis: 1)
    var slope = s
    for i in 0..<s.rows {
      for j in 0..<s.columns { slope[i, j] = s[i, j] * (ratio[i, j] - means[i]) / question.m }
    }
    return slope
  }
}
