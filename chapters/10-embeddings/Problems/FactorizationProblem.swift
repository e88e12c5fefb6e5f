public import Checking
public import Core
import Embeddings

/// The gradients of factors and biases.
public typealias FactorAnswer = (dP: Matrix, dQ: Matrix, dUserBias: Matrix, dItemBias: Matrix)

/// Factors, biases, and the ratings that are known.
public struct FactorizationQuestion: Question {
  public var p: Matrix
  public var q: Matrix
  public var userBias: Matrix
  public var itemBias: Matrix
  public var mean: Double
  public let users: [Int]
  public let items: [Int]
  public var ratings: Matrix
  public var penalty: Double

  public init(
    p: Matrix, q: Matrix, userBias: Matrix, itemBias: Matrix, mean: Double, users: [Int],
    items: [Int], ratings: Matrix, penalty: Double
  ) {
    (self.p, self.q, self.userBias, self.itemBias) = (p, q, userBias, itemBias)
    (self.mean, self.users, self.items) = (mean, users, items)
    (self.ratings, self.penalty) = (ratings, penalty)
  }

  init(
    users userCount: Int, items itemCount: Int, _ width: Int, _ known: [(user: Int, item: Int)],
    mean: Double = 3.3, penalty: Double, seed: UInt64
  ) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix {
      Tensor(standardDeviation: 0.7, shape: shape, using: &generator)
    }
    self.init(
      p: draw([userCount, width]), q: draw([itemCount, width]), userBias: draw([userCount]),
      itemBias: draw([itemCount]), mean: mean, users: known.map(\.user), items: known.map(\.item),
      ratings: Matrix(known.map { _ in Double(1 + generator.integer(below: 5)) }),
      penalty: penalty)
  }

  var count: Int { users.count }
  var cells: Int { p.rows * q.rows }

  public var isPermitted: Bool { penalty >= 0 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("P", \.p), ("Q", \.q), ("userBias", \.userBias), ("itemBias", \.itemBias),
      ("ratings", \.ratings),
    ]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("mean", \.mean), ("penalty", \.penalty)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the number of ratings", \.count), ("users times items", \.cells)]
  }
  public var summary: String {
    "P \(p.shape), Q \(q.shape), users \(users), items \(items), penalty \(digits(penalty))"
  }
  public var label: String { "users \(users), items \(items)" }

  fileprivate var factors: Factors<Double> {
    Factors(users: p, items: q, userBias: userBias, itemBias: itemBias)
  }
  fileprivate var result: (loss: Double, gradient: Factors<Double>) {
    factorizationLoss(
      factors, mean: mean, ratings: Ratings(users: users, items: items, stars: ratings.scalars),
      penalty: penalty)
  }
  fileprivate var errors: [Double] {
    users.indices.map {
      factors.prediction(mean: mean, user: users[$0], item: items[$0]) - ratings[$0]
    }
  }

  /// All gradients from ∂loss/∂r̂ of each rating, 2(r̂ - r)/N if none are given; dQ is made with the P in
  /// `old`, if there is one, and `penalized` adds what the penalty gives.
  fileprivate func gradients(
    slopes: [Double]? = nil, from old: Matrix? = nil,
    penalized: (FactorizationQuestion, inout FactorAnswer) -> Void = { question, found in
      found.dP += question.penalty * question.p
      found.dQ += question.penalty * question.q
    }
  ) -> FactorAnswer {
    var found: FactorAnswer = (0 * p, 0 * q, 0 * userBias, 0 * itemBias)
    let slopes = slopes ?? errors.map { 2 * $0 / Double(count) }
    let used = old ?? p
    for (r, g) in slopes.enumerated() {
      let (u, i) = (users[r], items[r])
      for j in 0..<p.columns {
        found.dP[u, j] += g * q[i, j]
        found.dQ[i, j] += g * used[u, j]
      }
      found.dUserBias[u] += g
      found.dItemBias[i] += g
    }
    penalized(self, &found)
    return found
  }
}

extension Chapter10Problems {
  /// 10.6, the gradients of a factorised matrix of ratings.
  public static var matrixFactorization: Problem<FactorizationQuestion, FactorAnswer> {
    Problem(
      "10.6", "matrixFactorizationBackward", minutes: 30, difficulty: 3, section: "Who likes what",
      hints: [
        "Only known ratings have an error. Which four things does the prediction of one rating use, and "
          + "what is its slope in each of them? The penalty is another way into the loss, of P and Q.",
        "One rating, 5, with mean 3, no biases, P = 1, Q = 1, no penalty: r̂ = 4, the error is -1, its "
          + "square has the slope -2. Raise P by h: r̂ rises by Q·h. So dP is -2·1. If Q were 4, and the "
          + "error still -1? And b, which is added as it is?",
        "dP is [users, k], dQ [items, k], the biases' gradients [users] and [items]. A user with three "
          + "ratings gets three shares. N is the number of ratings, not of cells in the table.",
        "g = 2(r̂ - r)/N for each rating; dP[u] = λ·P[u] + Σ g·Q[i]; dQ[i] = λ·Q[i] + Σ g·P[u]; "
          + "dUserBias[u] = Σ g; dItemBias[i] = Σ g",
        "var dP = penalty * p; var dQ = …; for r in users.indices { let (u, i) = (users[r], items[r]); "
          + "var error = mean + … - ratings[r]; …; let g = 2 * error / …; for j in …: "
          + "dP[u, j] += g * …; dUserBias[u] += … }",
      ],
      cases: [
        Case(
          FactorizationQuestion(
            users: 4, items: 5, 3, [(0, 0), (0, 3), (2, 3), (3, 1), (2, 0), (0, 1)], penalty: 0.3,
            seed: 1051)),
        Case(
          FactorizationQuestion(
            users: 3, items: 3, 3, [(2, 2), (1, 2), (2, 0), (1, 1)], penalty: 0.1, seed: 1052)),
        Case(FactorizationQuestion(users: 2, items: 4, 2, [(1, 3)], penalty: 0.7, seed: 1053)),
        Case(
          FactorizationQuestion(
            users: 5, items: 2, 1, [(4, 0), (0, 1), (4, 1)], penalty: 0, seed: 1054)),
        Case(
          FactorizationQuestion(
            users: 3, items: 4, 2, [(0, 3), (1, 0), (0, 0), (1, 3)], penalty: 0.5, seed: 1055)
        ).rounded("P", "Q", "userBias", "itemBias"),
        // A single user, and a single item.
        Case(
          FactorizationQuestion(
            users: 1, items: 3, 2, [(0, 0), (0, 2)], mean: 2.5, penalty: 0.2, seed: 1056)),
        Case(
          FactorizationQuestion(
            users: 3, items: 1, 2, [(0, 0), (2, 0)], mean: 3.8, penalty: 0.4, seed: 1057)),
      ],
      forward: { $0.result.loss },
      reference: {
        let gradient = $0.result.gradient
        return (gradient.users, gradient.items, gradient.userBias, gradient.itemBias)
      },
      parts: [
        Part("dP", of: \.p) { $0.dP }, Part("dQ", of: \.q) { $0.dQ },
        Part("dUserBias", of: \.userBias) { $0.dUserBias },
        Part("dItemBias", of: \.itemBias) { $0.dItemBias },
      ],
      misconceptions: factorizationMisconceptions, clues: FactorizationQuestion.clues,
      alternatives: [
        { $0.gradients() },
        { question in
          // Through the table of all cells: the slope of each, 0 where nothing is known.
          var slopes = Matrix(shape: [question.p.rows, question.q.rows])
          for (r, error) in question.errors.enumerated() {
            slopes[question.users[r], question.items[r]] += error * 2 / Double(question.count)
          }
          return (
            matmul(slopes, question.q) + question.penalty * question.p,
            matmul(transposed: slopes, question.p) + question.q * question.penalty,
            slopes.sum(axis: 1), slopes.sum(axis: 0)
          )
        },
        { question in
          // Rows out of the tables, and rows added back.
          let g = Matrix(question.errors.map { $0 / Double(question.count) * 2 })
          func weighted(_ rows: Matrix) -> Matrix { (rows.transposed * g).transposed }
          let column = g.reshaped([g.count, 1])
          let (users, items) = (question.users, question.items)
          let (m, n) = (question.p.rows, question.q.rows)
          return (
            scatterAdd(weighted(question.q.rows(items)), to: users, of: m) + question.penalty
              * question.p,
            scatterAdd(weighted(question.p.rows(users)), to: items, of: n) + question.penalty
              * question.q,
            scatterAdd(column, to: users, of: m).reshaped([m]),
            scatterAdd(column, to: items, of: n).reshaped([n])
          )
        },
      ],
      attempt: asks {
        try $0.matrixFactorizationBackward(
          $1.p, $1.q, userBias: $1.userBias, itemBias: $1.itemBias, mean: $1.mean, users: $1.users,
          items: $1.items, ratings: $1.ratings, penalty: $1.penalty)
      }
    )
  }

  private static var factorizationMisconceptions:
    [Misconception<FactorizationQuestion, FactorAnswer>]
  {
    func wrong(
      _ name: String, _ sentence: String,
      _ answer: @escaping (FactorizationQuestion) -> FactorAnswer
    ) -> Misconception<FactorizationQuestion, FactorAnswer> {
      Misconception("factors-" + name, sentence, answer: answer)
    }
    func slopes(
      _ name: String, _ sentence: String,
      _ slope: @escaping (FactorizationQuestion, _ rating: Int, _ error: Double) -> Double
    ) -> Misconception<FactorizationQuestion, FactorAnswer> {
      wrong(name, sentence) { question in
        question.gradients(slopes: question.errors.enumerated().map { slope(question, $0, $1) })
      }
    }
    func penalty(
      _ name: String, _ sentence: String,
      _ penalized: @escaping (FactorizationQuestion, inout FactorAnswer) -> Void
    ) -> Misconception<FactorizationQuestion, FactorAnswer> {
      wrong(name, sentence) { $0.gradients(penalized: penalized) }
    }
    return [
      slopes(
        "divided-by-cells",
        "The mean is over the N known ratings. You divided by all cells, users times items."
      ) { 2 * $2 / Double($0.cells) },
      slopes("two-missing", "The error is squared: the slope of e² is 2e, and the 2 is missing.") {
        $2 / Double($0.count)
      },
      slopes("not-divided", "The errors are averaged over the N ratings: the 1/N is missing.") {
        2 * $2
      },
      penalty(
        "penalty-per-rating",
        "The penalty has each row of P and Q once. You added λ once for every rating of it."
      ) { question, found in
        for r in question.users.indices {
          for j in 0..<question.p.columns {
            found.dP[question.users[r], j] += question.penalty * question.p[question.users[r], j]
            found.dQ[question.items[r], j] += question.penalty * question.q[question.items[r], j]
          }
        }
      },
      wrong(
        "unknown-as-zero",
        "A cell without a rating is unknown, not 0: only the N ratings have an error. You took all cells."
      ) { question in
        var found = question.gradients()
        let factors = question.factors
        let rated = Set(zip(question.users, question.items).map { $0 * question.q.rows + $1 })
        for u in 0..<question.p.rows {
          for i in 0..<question.q.rows where !rated.contains(u * question.q.rows + i) {
            let guess = factors.prediction(mean: question.mean, user: u, item: i)
            let g = 2 * guess / Double(question.count)
            for j in 0..<question.p.columns {
              found.dP[u, j] += g * question.q[i, j]
              found.dQ[i, j] += g * question.p[u, j]
            }
            found.dUserBias[u] += g
            found.dItemBias[i] += g
          }
        }
        return found
      },
      wrong(
        "updated-too-early",
        "Both gradients are of one moment. You changed P by its gradient before dQ was made."
      ) { question in question.gradients(from: question.p - question.gradients().dP) },
      penalty(
        "penalty-on-biases",
        "The penalty is on P and Q. The biases have none here, and you gave them λ."
      ) { question, found in
        found.dP += question.penalty * question.p
        found.dQ += question.penalty * question.q
        found.dUserBias += question.penalty * question.userBias
        found.dItemBias += question.penalty * question.itemBias
      },
      penalty(
        "unrated-rows",
        "A row without a rating still has its penalty, λ times itself: it shrinks towards 0. You gave it "
          + "nothing."
      ) { question, found in
        for j in 0..<question.p.columns {
          for u in Set(question.users) { found.dP[u, j] += question.penalty * question.p[u, j] }
          for i in Set(question.items) { found.dQ[i, j] += question.penalty * question.q[i, j] }
        }
      },
      penalty("penalty-forgotten", "The penalty is a part of the loss: P gets λP, Q gets λQ.") {
        _, _ in
      },
      penalty("penalty-doubled", "The penalty is λ/2·ΣP²: its slope is λP, and you added 2λP.") {
        question, found in
        found.dP += 2 * question.penalty * question.p
        found.dQ += 2 * question.penalty * question.q
      },
      penalty(
        "penalty-in-the-mean",
        "The penalty has each row of P and Q once, and is not in the mean. You added λ/N for every rating "
          + "of a row."
      ) { question, found in
        let share = question.penalty / Double(question.count)
        for (user, item) in zip(question.users, question.items) {
          for j in 0..<question.p.columns {
            found.dP[user, j] += share * question.p[user, j]
            found.dQ[item, j] += share * question.q[item, j]
          }
        }
      },
      penalty(
        "penalty-averaged",
        "The mean is over the errors only. You divided the penalty by N as well."
      ) { question, found in
        found.dP += question.penalty / Double(question.count) * question.p
        found.dQ += question.penalty / Double(question.count) * question.q
      },
      slopes(
        "error-reversed", "The error is r̂ - r, what is predicted less what is true. Yours is r - r̂."
      ) { -2 * $2 / Double($0.count) },
      slopes("mean-forgotten", "The prediction begins with the mean of all ratings: r̂ = mean + …") {
        2 * ($2 - $0.mean) / Double($0.count)
      },
      slopes("biases-forgotten", "The prediction has both biases in it: r̂ = mean + b[u] + c[i] + …")
      {
        question, r, error in
        let biases = question.userBias[question.users[r]] + question.itemBias[question.items[r]]
        return 2 * (error - biases) / Double(question.count)
      },
    ]
  }
}
