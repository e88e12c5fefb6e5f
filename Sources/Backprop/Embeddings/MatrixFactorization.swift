// Who likes what: two tables, one for users and one for items, and a bias for each.

public import Core

/// The parameters of a factorised matrix of ratings, or their gradients.
public struct Factors<Scalar: Real>: Equatable, ParameterSet {
  /// P, `[users, k]`.
  public var users: Tensor<Scalar>
  /// Q, `[items, k]`.
  public var items: Tensor<Scalar>
  /// b, `[users]`.
  public var userBias: Tensor<Scalar>
  /// c, `[items]`.
  public var itemBias: Tensor<Scalar>

  public init(
    users: Tensor<Scalar>, items: Tensor<Scalar>, userBias: Tensor<Scalar>,
    itemBias: Tensor<Scalar>
  ) {
    (self.users, self.items, self.userBias, self.itemBias) = (users, items, userBias, itemBias)
  }

  public mutating func visit(
    _ other: Factors, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    body("users", &users, other.users)
    body("items", &items, other.items)
    body("userBias", &userBias, other.userBias)
    body("itemBias", &itemBias, other.itemBias)
  }
}

/// Ratings that are known: which user, which item, how many stars.
public struct Ratings<Scalar: Real>: Equatable, Sendable {
  public let users: [Int]
  public let items: [Int]
  public let stars: [Scalar]

  public init(users: [Int], items: [Int], stars: [Scalar]) {
    require(
      users.count == items.count && users.count == stars.count,
      "Ratings: \(users.count) users, \(items.count) items and \(stars.count) stars; give one of each "
        + "for every rating")
    (self.users, self.items, self.stars) = (users, items, stars)
  }

  public var count: Int { stars.count }
}

extension Factors {
  /// r̂ = mean + b[u] + c[i] + P[u]·Q[i].
  public func prediction(mean: Scalar, user: Int, item: Int) -> Scalar {
    requireShapes()
    requireIds([user], below: users.rows, "prediction, user")
    requireIds([item], below: items.rows, "prediction, item")
    let k = users.columns
    var sum = mean + userBias.storage[user] + itemBias.storage[item]
    for j in 0..<k { sum += users.storage[user * k + j] * items.storage[item * k + j] }
    return sum
  }

  fileprivate func requireShapes() {
    require(
      users.rank == 2 && items.rank == 2 && users.columns == items.columns
        && userBias.shape == [users.rows] && itemBias.shape == [items.rows],
      "Factors: P \(users.shape), Q \(items.shape), b \(userBias.shape) and c \(itemBias.shape) must be "
        + "[users, k], [items, k], [users] and [items]")
  }
}

/// How far predictions are from the N ratings, with a penalty on the factors but not on the biases.
///
///     loss = 1/N Σ (r̂ - r)² + λ/2 (ΣP² + ΣQ²),   r̂ = mean + b[u] + c[i] + P[u]·Q[i]
///
/// Rows without a rating still get λP. The mean is a constant.
///
/// Source: Koren, Bell, Volinsky, "Matrix factorization techniques for recommender systems", 2009,
/// equations 4 and 5, there with the penalty on the biases as well.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func factorizationLoss<Scalar: Real>(
  _ factors: Factors<Scalar>, mean: Scalar, ratings: Ratings<Scalar>, penalty: Scalar
) -> (loss: Scalar, gradient: Factors<Scalar>) {
  factors.requireShapes()
  requireNotNegative(penalty, "factorizationLoss: the penalty")
  require(ratings.count >= 1, "factorizationLoss: no rating is given; a mean needs one at least")
  requireIds(ratings.users, below: factors.users.rows, "factorizationLoss, users")
  requireIds(ratings.items, below: factors.items.rows, "factorizationLoss, items")
  let (k, n) = (factors.users.columns, Scalar(ratings.count))
  var gradient = Factors(
    users: factors.users * penalty, items: factors.items * penalty,
    userBias: factors.userBias * 0, itemBias: factors.itemBias * 0)
  var loss = 0.0
  for r in ratings.stars.indices {
    let (user, item) = (ratings.users[r], ratings.items[r])
    let error = factors.prediction(mean: mean, user: user, item: item) - ratings.stars[r]
    loss += Double(error) * Double(error)
    // forward: 1/N (r̂ - r)²
    let g = 2 * error / n
    for j in 0..<k {
      gradient.users.storage[user * k + j] += g * factors.items.storage[item * k + j]
      gradient.items.storage[item * k + j] += g * factors.users.storage[user * k + j]
    }
    gradient.userBias.storage[user] += g
    gradient.itemBias.storage[item] += g
  }
  let squares =
    l2Penalty(factors.users, strength: penalty).loss
    + l2Penalty(factors.items, strength: penalty).loss
  return (Scalar(loss / Double(n)) + squares, gradient)
}
