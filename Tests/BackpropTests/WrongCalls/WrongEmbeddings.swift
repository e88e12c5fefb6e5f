import Backprop

extension WrongCall {
  static let embeddings: [WrongCall] = [
    WrongCall("both must be at least 1") {
      var generator = SplitMix64(seed: 0)
      _ = Embedding<Double>(vocabulary: 0, width: 3, using: &generator)
    },
    WrongCall("it must be [vocabulary, width]") { _ = Embedding(table: zeros(3)) },
    WrongCall("the id 5 is none of 0…4") { _ = Embedding(table: zeros(5, 2))([[0, 5]]) },
    WrongCall("the id -1 is none of 0…4") { _ = Embedding(table: zeros(5, 2))([[0], [-1]]) },
    WrongCall("a batch needs them equal") { _ = Embedding(table: zeros(5, 2))([[0, 1], [1]]) },
    WrongCall("it must be [1, 2, 2]") {
      _ = Embedding(table: zeros(5, 2)).backward(zeros(2, 2), .init(ids: [[0, 1]]))
    },
    WrongCall("scatterAdd: dY is [3, 2] for 2 ids") {
      _ = scatterAdd(zeros(3, 2), to: [0, 1], of: 4)
    },
    WrongCall("l2Normalize: needs a matrix") { _ = l2Normalize(zeros(3)) },
    WrongCall("both must be one matrix's shape") {
      _ = l2NormalizeBackward(zeros(2, 2), x: zeros(2, 3))
    },
    WrongCall("must be of one shape") {
      _ = tripletLoss(anchor: zeros(2, 3), positive: zeros(2, 3), negative: zeros(3, 3))
    },
    WrongCall("with a row at least") {
      _ = tripletLoss(anchor: zeros(0, 3), positive: zeros(0, 3), negative: zeros(0, 3))
    },
    WrongCall("tripletLoss: the margin is -1.0") {
      _ = tripletLoss(anchor: zeros(1, 1), positive: zeros(1, 1), negative: zeros(1, 1), margin: -1)
    },
    WrongCall("give one label a row") { _ = triplets(of: zeros(2, 3), labels: [0]) },
    WrongCall("squaredDistances: needs a matrix") { _ = squaredDistances(zeros(3)) },
    WrongCall("both must be one matrix [m, d]") {
      _ = infoNCE(zeros(2, 3), zeros(3, 3), temperature: 1)
    },
    WrongCall("infoNCE: the temperature is 0.0") {
      _ = infoNCE(zeros(2, 3), zeros(2, 3), temperature: 0)
    },
    WrongCall("of one width") {
      _ = negativeSampling(zeros(2, 3), zeros(2, 4), centres: [0], contexts: [0], negatives: [[]])
    },
    WrongCall("give one of each for every pair") {
      _ = negativeSampling(
        zeros(2, 3), zeros(2, 3), centres: [0], contexts: [0, 1], negatives: [[]])
    },
    WrongCall("negativeSampling, negatives: the id 2") {
      _ = negativeSampling(zeros(2, 3), zeros(2, 3), centres: [0], contexts: [1], negatives: [[2]])
    },
    WrongCall("one of them above 0") { _ = noiseDistribution(counts: [0, 0]) },
    WrongCall("they must be [n, k]") {
      _ = gloVeLoss(
        counts: zeros(2, 2),
        GloVeParameters(
          words: zeros(2, 3), contexts: zeros(3, 3), wordBias: zeros(2), contextBias: zeros(3)))
    },
    WrongCall("counts must be 0 or more") {
      _ = gloVeLoss(
        counts: Tensor([.nan], shape: [1, 1]),
        GloVeParameters(
          words: zeros(1, 3), contexts: zeros(1, 3), wordBias: zeros(1), contextBias: zeros(1)))
    },
    WrongCall("give one of each for every rating") {
      _ = Ratings<Double>(users: [0], items: [], stars: [1])
    },
    WrongCall("no rating is given") {
      let factors = Factors(
        users: zeros(1, 1), items: zeros(1, 1), userBias: zeros(1), itemBias: zeros(1))
      _ = factorizationLoss(
        factors, mean: 0, ratings: Ratings(users: [], items: [], stars: []), penalty: 0)
    },
    WrongCall("they must be [4] and [4, 4]") {
      _ = KalmanBelief(state: zeros(2), covariance: zeros(4, 4))
    },
    WrongCall("S = HPHᵀ + R is [0.0, 0.0, 0.0, 0.0]") {
      _ = KalmanBelief(state: zeros(4), covariance: zeros(4, 4))
        .innovation(of: zeros(2), measurementNoise: zeros(2, 2))
    },
    WrongCall("P and R must be covariances") {
      _ = KalmanBelief(state: zeros(4), covariance: zeros(4, 4))
        .innovation(of: zeros(2), measurementNoise: Tensor(rows: [[-1, 0], [0, -2]]))
    },
    WrongCall("the state is [4] and the covariance [2, 2]") {
      _ = KalmanBelief(state: zeros(4), covariance: zeros(2, 2))
    },
    WrongCall("1 users, 1 items and 0 stars") {
      _ = Ratings<Double>(users: [0], items: [0], stars: [])
    },
    WrongCall("Factors: P [1, 2], Q [1, 3]") {
      let factors = Factors(
        users: zeros(1, 2), items: zeros(1, 3), userBias: zeros(1), itemBias: zeros(1))
      _ = factors.prediction(mean: 0, user: 0, item: 0)
    },
  ]
}
