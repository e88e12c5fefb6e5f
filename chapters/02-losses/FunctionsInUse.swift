import Checking
import Core
import Problems02
import Running

/// The functions of the exercises that this chapter runs on.
struct FunctionsInUse {
  let source: Source
  let meanSquaredError: (_ prediction: Matrix, _ target: Matrix) throws -> Matrix
  let binaryCrossEntropy: (_ logits: Matrix, _ targets: Matrix) throws -> Matrix
  let softmaxCrossEntropy: (_ logits: Matrix, _ targets: Matrix) throws -> Matrix
  let l2Penalty: (_ weight: Matrix, _ bias: Matrix, _ strength: Double) throws -> PenaltyGradients
  let weightedCrossEntropy:
    (_ logits: Matrix, _ labels: [Int], _ classWeights: [Double]) throws -> Matrix

  init(_ source: Source) {
    self.source = source
    let squared = Chapter02Problems.meanSquaredError.function(from: source)
    meanSquaredError = { try squared(RegressionQuestion(prediction: $0, target: $1)) }
    let binary = Chapter02Problems.binaryCrossEntropy.function(from: source)
    binaryCrossEntropy = { try binary(ClassificationQuestion(logits: $0, targets: $1)) }
    let softmax = Chapter02Problems.softmaxCrossEntropy.function(from: source)
    softmaxCrossEntropy = { try softmax(ClassificationQuestion(logits: $0, targets: $1)) }
    let penalty = Chapter02Problems.l2Penalty.function(from: source)
    l2Penalty = { try penalty(PenaltyQuestion(weight: $0, bias: $1, strength: $2)) }
    let weighted = Chapter02Problems.weightedCrossEntropy.function(from: source)
    weightedCrossEntropy = {
      try weighted(WeightedQuestion(logits: $0, labels: $1, classWeights: $2))
    }
  }

  /// Whether all of them are the library's.
  var isLibrary: Bool {
    if case .library = source { true } else { false }
  }
}

/// A number with some decimals, or the word for one that a wrong gradient has driven away.
func shown(_ x: Double, _ decimals: Int) -> String {
  x.isNaN ? "nan" : abs(x) < 1e5 ? fixed(x, decimals) : "exploded"
}

/// A matrix of one number.
func single(_ x: Double) -> Matrix { Matrix(rows: [[x]]) }
