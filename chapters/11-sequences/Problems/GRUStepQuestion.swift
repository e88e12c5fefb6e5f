public import Checking
public import Core
import SequenceLayers
import Sequences

/// One step of a GRU, and the gradient that arrives at its state.
public struct GRUStepQuestion: Question {
  public var x: Matrix
  public var h: Matrix
  public var inputWeight: Matrix
  public var hiddenWeight: Matrix
  public var bias: Matrix
  /// ∂loss/∂h′, from the output and from the steps that follow.
  public var dNext: Matrix

  public init(
    x: Matrix, h: Matrix, inputWeight: Matrix, hiddenWeight: Matrix, bias: Matrix, dNext: Matrix
  ) {
    (self.x, self.h, self.dNext) = (x, h, dNext)
    (self.inputWeight, self.hiddenWeight, self.bias) = (inputWeight, hiddenWeight, bias)
  }

  init(_ batch: Int, _ inputs: Int, _ hidden: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int], _ deviation: Double = 1) -> Matrix {
      Tensor(standardDeviation: deviation, shape: shape, using: &generator)
    }
    x = draw([batch, inputs])
    h = draw([batch, hidden], 0.8).map { Double.tanh($0) }
    inputWeight = draw([inputs, 3 * hidden], 0.6)
    hiddenWeight = draw([hidden, 3 * hidden], 0.8)
    bias = draw([3 * hidden], 0.4)
    dNext = draw([batch, hidden])
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("x", \.x), ("h", \.h), ("Wx", \.inputWeight), ("Wh", \.hiddenWeight), ("b", \.bias),
      ("dNext", \.dNext),
    ]
  }
  public var summary: String {
    "x \(x.shape), h \(h.shape), Wx \(inputWeight.shape), Wh \(hiddenWeight.shape)"
  }

  var parameters: RecurrentParameters<Double> {
    RecurrentParameters(inputWeight: inputWeight, hiddenWeight: hiddenWeight, bias: bias)
  }
  var step: (h: Matrix, cache: GRUStepCache<Double>) {
    SequenceLayers.gruStep(x, h, parameters)
  }
}
