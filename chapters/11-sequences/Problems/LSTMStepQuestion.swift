public import Checking
public import Core
import Sequences

/// One step of an LSTM, and the gradients that arrive at both of its states.
public struct LSTMStepQuestion: Question {
  public var x: Matrix
  public var h: Matrix
  public var cell: Matrix
  public var inputWeight: Matrix
  public var hiddenWeight: Matrix
  public var bias: Matrix
  /// ∂loss/∂h′, from the output and from the steps that follow.
  public var dNext: Matrix
  /// ∂loss/∂c′ from the steps that follow.
  public var dNextCell: Matrix

  public init(
    x: Matrix, h: Matrix, cell: Matrix, inputWeight: Matrix, hiddenWeight: Matrix, bias: Matrix,
    dNext: Matrix, dNextCell: Matrix
  ) {
    (self.x, self.h, self.cell) = (x, h, cell)
    (self.inputWeight, self.hiddenWeight, self.bias) = (inputWeight, hiddenWeight, bias)
    (self.dNext, self.dNextCell) = (dNext, dNextCell)
  }

  init(_ batch: Int, _ inputs: Int, _ hidden: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int], _ deviation: Double = 1) -> Matrix {
      Tensor(standardDeviation: deviation, shape: shape, using: &generator)
    }
    x = draw([batch, inputs])
    h = draw([batch, hidden], 0.8).map { Double.tanh($0) }
    cell = draw([batch, hidden])
    inputWeight = draw([inputs, 4 * hidden], 0.6)
    hiddenWeight = draw([hidden, 4 * hidden], 0.6)
    bias = draw([4 * hidden], 0.4)
    dNext = draw([batch, hidden])
    dNextCell = draw([batch, hidden])
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("x", \.x), ("h", \.h), ("c", \.cell), ("Wx", \.inputWeight), ("Wh", \.hiddenWeight),
      ("b", \.bias), ("dNext", \.dNext), ("dNextCell", \.dNextCell),
    ]
  }
  public var summary: String {
    "x \(x.shape), h and c \(h.shape), Wx \(inputWeight.shape), Wh \(hiddenWeight.shape)"
  }

  var parameters: RecurrentParameters<Double> {
    RecurrentParameters(inputWeight: inputWeight, hiddenWeight: hiddenWeight, bias: bias)
  }
  var step: (h: Matrix, c: Matrix, cache: LSTMStepCache<Double>) {
    Sequences.lstmStep(x, h, cell, parameters)
  }
}
