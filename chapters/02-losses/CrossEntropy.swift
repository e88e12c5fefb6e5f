import Checking
import Core
import Figures
import Running

/// Squared error and cross-entropy behind a sigmoid: cost and pull, by the logit.
func showCrossEntropy(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("What reaches the logit?")
  screen.text(
    """
    A sigmoid makes p = σ(z) of the logit z; the target is 1. The slopes are those
    with respect to z: what a layer before the sigmoid learns from.
    """)
  let one = single(1)
  func squared(_ z: Double) -> Double {
    meanSquaredError(prediction: Activation.sigmoid(single(z)), target: one).loss
  }
  func squaredSlope(_ z: Double) throws -> Double {
    try logitGradient(ofSquaredError: functions, single(z), one).item
  }
  func crossEntropy(_ z: Double) -> Double {
    binaryCrossEntropy(logits: single(z), targets: one).loss
  }
  func crossEntropySlope(_ z: Double) throws -> Double {
    try functions.binaryCrossEntropy(single(z), one).item
  }

  var table = Table("z", "p = σ(z)", "(p - 1)²", "its slope", "-log p", "its slope")
  for z in [-8.0, -4, -2, 0, 2, 4, 8] {
    table.add(
      fixed(z, 0), fixed(Activation.sigmoid.value(at: z), 4), fixed(squared(z), 4),
      significant(try squaredSlope(z), 2), fixed(crossEntropy(z), 4),
      significant(try crossEntropySlope(z), 2))
  }
  screen.table(table)

  let places = (-80...80).map { Double($0) / 10 }
  try screen.write(
    .lines(
      "What a logit costs when the target is 1",
      description: "Against the logit from -8 to 8: the squared error is flat near 1 on the left "
        + "and falls to 0 in the middle; cross-entropy is a straight line on the left and falls to 0.",
      x: "logit z", y: "loss",
      [
        Series("(p - 1)²", x: places, y: places.map(squared)),
        Series("-log p", x: places, y: places.map(crossEntropy)),
      ]), "classification-losses")
  try screen.figure(
    .lines(
      "What reaches the logit when the target is 1",
      description:
        "Slopes against the logit: that of the squared error is near 0 at both ends with "
        + "a dip in the middle; that of cross-entropy is -1 on the left, where the answer is wrong, "
        + "and rises to 0 on the right.",
      x: "logit z", y: "slope of the loss",
      [
        Series("of (p - 1)²", x: places, y: try places.map(squaredSlope)),
        Series("of -log p", x: places, y: try places.map(crossEntropySlope)),
      ]), "classification-slopes")
}

/// The squared error's gradient at the logits: through p, and on through the sigmoid.
func logitGradient(
  ofSquaredError functions: FunctionsInUse, _ z: Matrix, _ target: Matrix
) throws -> Matrix {
  let dP = try functions.meanSquaredError(Activation.sigmoid(z), target)
  return Activation.sigmoid.backward(dP, .init(x: z)).dInput
}
