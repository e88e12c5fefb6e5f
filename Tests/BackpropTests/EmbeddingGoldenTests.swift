import Backprop
import Testing

private let golden = GoldenFile("embeddings")

@Test func `a table of rows and its gradient are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let ids = try golden.rowsOfIntegers("table.ids")
    let layer = Embedding<Scalar>(table: try golden("table.e"))
    var context = Context.inference
    let (y, cache) = layer.forward(ids, in: &context)
    try golden.expect(y, "table.y")
    let dY: Tensor<Scalar> = try golden("table.dy")
    try golden.expect(layer.backward(dY, cache).gradient.table, "table.de")
    let rows = dY.reshaped([8, 3])
    try golden.expect(scatterAdd(rows, to: Array(ids.joined()), of: 7), "table.de")
  }
  try inBoth { try check($0) }
}

@Test func `rows of length one and their gradient are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    try golden.compare(L2Normalize<Scalar>(), "unit")
    let x: Tensor<Scalar> = try golden("unit.x")
    try golden.expect(l2Normalize(x), "unit.y")
    try golden.expect(l2NormalizeBackward(try golden("unit.dy"), x: x), "unit.dx")
  }
  try inBoth { try check($0) }
}

@Test func `triplets, distances and partners, and their gradients, are the independent ones`()
  throws
{
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let (loss, gradient) = tripletLoss(
      anchor: try golden("triplet.a", as: type), positive: try golden("triplet.p"),
      negative: try golden("triplet.n"), margin: Scalar(0.5))
    try golden.expect(Tensor([loss]), "triplet.loss")
    try golden.expect(gradient.dAnchor, "triplet.da")
    try golden.expect(gradient.dPositive, "triplet.dp")
    try golden.expect(gradient.dNegative, "triplet.dn")
    try golden.expect(squaredDistances(try golden("distances.a", as: type)), "distances.y")

    let (ofPartners, dA, dB) = infoNCE(
      try golden("partners.a", as: type), try golden("partners.b"), temperature: Scalar(0.3))
    try golden.expect(Tensor([ofPartners]), "partners.loss")
    try golden.expect(dA, "partners.da")
    try golden.expect(dB, "partners.db")
  }
  try inBoth { try check($0) }
}

@Test func `word vectors' losses and gradients are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let (loss, dU, dV) = negativeSampling(
      try golden("words.u", as: type), try golden("words.v"),
      centres: try golden.integers("words.centres"),
      contexts: try golden.integers("words.contexts"),
      negatives: try golden.rowsOfIntegers("words.negatives"))
    try golden.expect(Tensor([loss]), "words.loss")
    try golden.expect(dU, "words.du")
    try golden.expect(dV, "words.dv")
    let parameters = GloVeParameters<Scalar>(
      words: try golden("glove.w"), contexts: try golden("glove.c"),
      wordBias: try golden("glove.b"), contextBias: try golden("glove.b2"))
    let (sum, gradient) = gloVeLoss(counts: try golden("glove.counts"), parameters)
    try golden.expect(Tensor([sum]), "glove.loss")
    try golden.expect(gradient.words, "glove.dw")
    try golden.expect(gradient.contexts, "glove.dc")
    try golden.expect(gradient.wordBias, "glove.db")
    try golden.expect(gradient.contextBias, "glove.db2")
  }
  try inBoth { try check($0) }
  let noise = noiseDistribution(counts: try golden.integers("noise.counts"))
  try golden.expect(Tensor(noise), "noise.y")
}

@Test func `the loss of ratings and its gradients are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let factors = Factors<Scalar>(
      users: try golden("ratings.p"), items: try golden("ratings.q"),
      userBias: try golden("ratings.b"), itemBias: try golden("ratings.c"))
    let ratings = Ratings(
      users: try golden.integers("ratings.users"), items: try golden.integers("ratings.items"),
      stars: try golden("ratings.stars", as: type).scalars)
    let (loss, gradient) = factorizationLoss(
      factors, mean: Scalar(3.2), ratings: ratings, penalty: Scalar(0.07))
    try golden.expect(Tensor([loss]), "ratings.loss")
    try golden.expect(gradient.users, "ratings.dp")
    try golden.expect(gradient.items, "ratings.dq")
    try golden.expect(gradient.userBias, "ratings.db")
    try golden.expect(gradient.itemBias, "ratings.dc")
  }
  try inBoth { try check($0) }
}

@Test func `a filter's step is the independent one`() throws {
  let belief = KalmanBelief<Double>(
    state: try golden("kalman.x"), covariance: try golden("kalman.p"))
  let (q, r) = (
    try golden("kalman.q", as: Double.self), try golden("kalman.r", as: Double.self)
  )
  let z = try golden("kalman.z", as: Double.self)
  let predicted = belief.predicted(processNoise: q)
  try golden.expect(predicted.state, "kalman.predicted")
  try golden.expect(predicted.covariance, "kalman.predictedP")
  let innovation = predicted.innovation(of: z, measurementNoise: r)
  try golden.expect(innovation.difference, "kalman.difference")
  try golden.expect(innovation.covariance, "kalman.s")
  try golden.expect(Tensor([innovation.logDeterminant]), "kalman.logdet")
  let (next, distance) = kalmanStep(
    belief, measurement: z, processNoise: q, measurementNoise: r)
  try golden.expect(next.state, "kalman.next")
  try golden.expect(next.covariance, "kalman.nextP")
  try golden.expect(Tensor([distance]), "kalman.distance")
}
