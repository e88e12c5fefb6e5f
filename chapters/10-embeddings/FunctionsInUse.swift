import Checking
import Core
import Embeddings
import Problems10

/// The functions of the exercises that this chapter runs on.
struct FunctionsInUse {
  let embedding: (EmbeddingQuestion) throws -> Matrix
  let unitLength: (UnitLengthQuestion) throws -> Matrix
  let tripletGradients: (TripletQuestion) throws -> TripletAnswer
  let infoNCEGradients: (InfoNCEQuestion) throws -> InfoNCEAnswer
  let wordGradients: (NegativeSamplingQuestion) throws -> WordGradients
  let factorGradients: (FactorizationQuestion) throws -> FactorAnswer

  init(_ source: Source) {
    embedding = Chapter10Problems.embedding.function(from: source)
    unitLength = Chapter10Problems.normalization.function(from: source)
    tripletGradients = Chapter10Problems.triplets.function(from: source)
    infoNCEGradients = Chapter10Problems.infoNCE.function(from: source)
    wordGradients = Chapter10Problems.negativeSampling.function(from: source)
    factorGradients = Chapter10Problems.matrixFactorization.function(from: source)
  }
}

// The networks compute in Float; what an exercise asks for, in between, in Double.
extension FunctionsInUse {
  /// The triplet loss of a batch of outputs h, `[m, d]`, which are normalised first.
  func tripletLoss(
    of h: Tensor<Float>, labels: [Int], margin: Double = 0.2, choice: TripletChoice = .semiHard
  ) throws -> Loss<Float> {
    let (x, y) = (Matrix(h), l2Normalize(Matrix(h)))
    let chosen = triplets(of: y, labels: labels, choice)
    let places = [chosen.map(\.anchor), chosen.map(\.positive), chosen.map(\.negative)]
    let question = TripletQuestion(
      anchor: y.rows(places[0]), positive: y.rows(places[1]), negative: y.rows(places[2]),
      margin: margin)
    let loss = Embeddings.tripletLoss(
      anchor: question.anchor, positive: question.positive, negative: question.negative,
      margin: margin
    ).loss
    let (dAnchor, dPositive, dNegative) = try tripletGradients(question)
    requireShapes(
      "10.3", ("dAnchor", dAnchor, question.anchor), ("dPositive", dPositive, question.anchor),
      ("dNegative", dNegative, question.anchor))
    // forward: an image stands in several triplets, in any of the three places
    let dY =
      scatterAdd(dAnchor, to: places[0], of: y.rows)
      + scatterAdd(dPositive, to: places[1], of: y.rows)
      + scatterAdd(dNegative, to: places[2], of: y.rows)
    return (Float(loss), try throughUnitLength(dY, x: x))
  }

  /// InfoNCE of a batch of outputs h, `[2m, d]`: the first m are A, the others B.
  func infoNCE(of h: Tensor<Float>, temperature: Double = 0.1) throws -> Loss<Float> {
    let (x, y) = (Matrix(h), l2Normalize(Matrix(h)))
    let m = y.rows / 2
    let question = InfoNCEQuestion(
      a: y.rows(0..<m), b: y.rows(m..<2 * m), temperature: temperature)
    let loss = Embeddings.infoNCE(question.a, question.b, temperature: temperature).loss
    let (dA, dB) = try infoNCEGradients(question)
    requireShapes("10.4", ("dA", dA, question.a), ("dB", dB, question.b))
    let dY = Matrix(dA.scalars + dB.scalars, shape: y.shape)
    return (Float(loss), try throughUnitLength(dY, x: x))
  }

  private func throughUnitLength(_ dY: Matrix, x: Matrix) throws -> Tensor<Float> {
    let dX = try unitLength(UnitLengthQuestion(x: x, dy: dY))
    requireShapes("10.2", ("dx", dX, x))
    return Tensor<Float>(dX)
  }
}

/// Parameters without a layer around them: what an optimizer moves where a loss is made of them directly.
struct Free<Parameters: ParameterSet<Double>>: Layer {
  typealias Scalar = Double
  typealias Input = Void
  typealias Output = Void
  typealias InputGradient = Void
  typealias Cache = Void

  var parameters: Parameters

  func forward(_ x: Void, in context: inout Context) -> (output: Void, cache: Void) { ((), ()) }

  func backward(_ dOutput: Void, _ cache: Void) -> (dInput: Void, gradient: Parameters) {
    ((), parameters * 0)
  }

  mutating func visit(_ other: Parameters, _ body: (String, inout Matrix, Matrix) -> Void) {
    parameters.visit(other, body)
  }
}
