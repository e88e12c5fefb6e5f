import Checking
import Core
import Embeddings
import Problems10
import Running
import Training

/// Learns ratings that hidden factors have made, and says how much of them is found again.
func showRatings(_ functions: FunctionsInUse, _ plan: Plan, on screen: Screen) throws {
  screen.section("Who likes what")
  let known = RatingsWorld(seed: plan.seed)
  screen.text(
    """
    300 users, 100 items, \(grouped(known.train.count + known.test.count)) ratings from 1 to 5; a fifth of them is held
    back. Three hidden factors have made them; four are learned, \(plan.ratingSteps) steps of Adam
    on all ratings at once.

    """)
  var table = Table("prediction", "error on known", "on held back")
  func add(_ name: String, _ factors: Factors<Double>) {
    table.add(
      name, fixed(known.error(factors, on: known.train), 3),
      fixed(known.error(factors, on: known.test), 3))
  }
  add("the mean", known.start(width: 4, deviation: 0))
  add("with biases", try known.learned(functions, plan, deviation: 0, penalty: 0.001))
  var best = known.start(width: 4, deviation: 0)
  for penalty in [0.0005, 0.001, 0.002] {
    let factors = try known.learned(functions, plan, deviation: 0.1, penalty: penalty)
    if penalty == 0.001 { best = factors }
    add("with factors, λ = \(digits(penalty))", factors)
  }
  screen.table(table)
  screen.text(
    "Errors are roots of mean squares. Noise and rounding alone make \(fixed(known.unavoidable, 3))."
  )

  let user = known.mostActive
  let items = (0..<100).map {
    (item: $0, stars: best.prediction(mean: known.mean, user: user, item: $0))
  }
  .sorted { $0.stars > $1.stars }
  screen.text("\nA user with \(known.count(of: user)) ratings, and what was hidden:\n")
  var list = Table("item", "predicted", "without noise")
  for one in items.prefix(3) + items.suffix(3) {
    list.add(
      "\(one.item)", fixed(one.stars, 1), fixed(known.truth(user: user, item: one.item), 1))
  }
  screen.table(list)
}

/// Users, items and ratings made of three hidden factors, biases and noise.
struct RatingsWorld {
  private let hidden: Factors<Double>
  private let seed: UInt64
  let train: Ratings<Double>
  let test: Ratings<Double>
  /// The mean of the known ratings.
  let mean: Double

  init(seed: UInt64) {
    self.seed = seed
    var generator = SplitMix64(seed: seed &+ 60)
    func draw(_ shape: [Int], _ deviation: Double) -> Matrix {
      Tensor(standardDeviation: deviation, shape: shape, using: &generator)
    }
    let users = draw([300, 3], 0.65)
    let items = draw([100, 3], 0.65)
    let userBias = draw([300], 0.3)
    let hidden = Factors(
      users: users, items: items, userBias: userBias, itemBias: draw([100], 0.3))
    self.hidden = hidden
    let cells = generator.permutation(of: 30_000).prefix(4500)
    let stars = cells.map { cell in
      let wish = hidden.prediction(mean: 3.2, user: cell / 100, item: cell % 100)
      return min(max((wish + 0.4 * generator.normal()).rounded(), 1), 5)
    }
    func part(_ places: Range<Int>) -> Ratings<Double> {
      Ratings(
        users: places.map { cells[$0] / 100 }, items: places.map { cells[$0] % 100 },
        stars: Array(stars[places]))
    }
    (train, test) = (part(0..<3600), part(3600..<4500))
    mean = train.stars.reduce(0, +) / 3600
  }

  func truth(user: Int, item: Int) -> Double {
    hidden.prediction(mean: 3.2, user: user, item: item)
  }

  /// The user with the most known ratings.
  var mostActive: Int { (0..<300).max { count(of: $0) < count(of: $1) } ?? 0 }

  func count(of user: Int) -> Int { train.users.count { $0 == user } }

  /// The root of the mean squared error of what made the held-back ratings.
  var unavoidable: Double {
    let squares = test.stars.indices.map { r in
      let error = truth(user: test.users[r], item: test.items[r]) - test.stars[r]
      return error * error
    }
    return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
  }

  func start(width: Int, deviation: Double) -> Factors<Double> {
    var generator = SplitMix64(seed: seed &+ 61)
    let users: Matrix = Tensor(
      standardDeviation: deviation, shape: [300, width], using: &generator)
    return Factors(
      users: users,
      items: Tensor(standardDeviation: deviation, shape: [100, width], using: &generator),
      userBias: Matrix(shape: [300]), itemBias: Matrix(shape: [100]))
  }

  /// Trains; factors that begin at 0 stay there, and leave the biases alone.
  func learned(
    _ functions: FunctionsInUse, _ plan: Plan, deviation: Double, penalty: Double
  ) throws -> Factors<Double> {
    var free = Free(parameters: start(width: 4, deviation: deviation))
    var adam = Adam<Double>(learningRate: 0.03)
    for _ in 0..<plan.ratingSteps {
      let now = free.parameters
      let (dP, dQ, dUserBias, dItemBias) = try functions.factorGradients(
        FactorizationQuestion(
          p: now.users, q: now.items, userBias: now.userBias, itemBias: now.itemBias, mean: mean,
          users: train.users, items: train.items, ratings: Matrix(train.stars), penalty: penalty))
      requireShapes(
        "10.6", ("dP", dP, now.users), ("dQ", dQ, now.items),
        ("dUserBias", dUserBias, now.userBias), ("dItemBias", dItemBias, now.itemBias))
      adam.update(
        &free, Factors(users: dP, items: dQ, userBias: dUserBias, itemBias: dItemBias))
    }
    return free.parameters
  }

  /// The root of the mean squared error.
  func error(_ factors: Factors<Double>, on ratings: Ratings<Double>) -> Double {
    let squares = ratings.stars.indices.map { r in
      let error =
        factors.prediction(mean: mean, user: ratings.users[r], item: ratings.items[r])
        - ratings.stars[r]
      return error * error
    }
    return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
  }
}
