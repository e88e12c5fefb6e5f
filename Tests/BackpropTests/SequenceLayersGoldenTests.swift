import Backprop
import Testing

private let golden = GoldenFile("sequenceLayers")

@Test func `a gated unit, one step and whole sequences, is the independent one`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let parameters = RecurrentParameters<Scalar>(
      inputWeight: try golden("gruStep.wx"), hiddenWeight: try golden("gruStep.wh"),
      bias: try golden("gruStep.b"))
    let (y, cache) = gruStep(try golden("gruStep.x"), try golden("gruStep.h"), parameters)
    try golden.expect(y, "gruStep.y")
    let (dX, dH, gradient) = gruStepBackward(try golden("gruStep.dy"), cache, parameters)
    try golden.expect(dX, "gruStep.dx")
    try golden.expect(dH, "gruStep.dh")
    try golden.expect(gradient.inputWeight, "gruStep.dwx")
    try golden.expect(gradient.hiddenWeight, "gruStep.dwh")
    try golden.expect(gradient.bias, "gruStep.db")
    try golden.compare(GRU(parameters), "gru")
  }
  try inBoth { try check($0) }
}

@Test func `the masked loss and a layer at every step are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let (loss, dZ) = maskedCrossEntropy(
      logits: try golden("masked.z", as: type),
      targets: try golden.rowsOfIntegers("masked.targets"),
      mask: try golden.rowsOfIntegers("masked.mask"))
    try golden.expect(Tensor([loss]), "masked.loss")
    try golden.expect(dZ, "masked.dz")
    let dense = Dense<Scalar>(
      weight: try golden("everyStep.p0"), bias: try golden("everyStep.p1"))
    try golden.compare(EveryStep(dense), "everyStep")
  }
  try inBoth { try check($0) }
}

@Test func `dot attention and its gradients are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let (q, states): (Tensor<Scalar>, Tensor<Scalar>) = (
      try golden("dotAttention.q"), try golden("dotAttention.states")
    )
    let (context, weights) = dotAttention(
      q, states, mask: try golden.rowsOfIntegers("dotAttention.mask"))
    try golden.expect(context, "dotAttention.y")
    try golden.expect(weights, "dotAttention.weights")
    let (dQuery, dStates) = dotAttentionBackward(
      try golden("dotAttention.dc"), query: q, states: states, weights: weights)
    try golden.expect(dQuery, "dotAttention.dq")
    try golden.expect(dStates, "dotAttention.dstates")
  }
  try inBoth { try check($0) }
}

@Test(arguments: [("causal", 1), ("dilated", 3)])
func `a convolution in time and its gradients are the independent ones`(
  name: String, dilation: Int
) throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let (w, b) = (try golden("\(name).p0", as: type), try golden("\(name).p1", as: type))
    try golden.compare(CausalConv1d(weight: w, bias: b, dilation: dilation), name)
    let y = causalConv1dReference(
      try golden("\(name).x"), weight: w, bias: b, dilation: dilation)
    try golden.expect(y, "\(name).y")
  }
  try inBoth { try check($0) }
}

@Test func `alignments, their loss, gradient and occupation, are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let labels = [[2, 2, 1], [3], []]
    let (loss, dZ) = ctc(logits: try golden("ctc.z", as: type), labels: labels)
    try golden.expect(Tensor([loss]), "ctc.loss")
    try golden.expect(dZ, "ctc.dz")
    let found = ctcBestPath(logits: try golden("bestPath.z", as: type))
    // Behind the labels of a path the file has -1.
    let longest = try golden("bestPath.y", as: type).columns
    let rows = found.map { path in
      (path + [Int](repeating: -1, count: max(0, longest - path.count))).map { Scalar($0) }
    }
    try golden.expect(Tensor(rows: rows), "bestPath.y")
  }
  try inBoth { try check($0) }
  let gamma = ctcOccupation(logits: try golden("occupation.z", as: Double.self), label: [2, 2, 1])
  try golden.expect(gamma, "occupation.y")
}
