public import Checking
public import Core
import Sequences

/// One step of a recurrent network, and the two gradients that arrive at its state.
public struct RNNStepQuestion: Question {
  public var x: Matrix
  public var previous: Matrix
  public var inputWeight: Matrix
  public var hiddenWeight: Matrix
  public var bias: Matrix
  /// ∂loss/∂h by what is read from h at this step.
  public var dOutput: Matrix
  /// ∂loss/∂h by the steps that follow.
  public var future: Matrix

  public init(
    x: Matrix, previous: Matrix, inputWeight: Matrix, hiddenWeight: Matrix, bias: Matrix,
    dOutput: Matrix, future: Matrix
  ) {
    (self.x, self.previous) = (x, previous)
    (self.inputWeight, self.hiddenWeight, self.bias) = (inputWeight, hiddenWeight, bias)
    (self.dOutput, self.future) = (dOutput, future)
  }

  init(_ batch: Int, _ inputs: Int, _ hidden: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int], _ deviation: Double = 1) -> Matrix {
      Tensor(standardDeviation: deviation, shape: shape, using: &generator)
    }
    x = draw([batch, inputs])
    previous = draw([batch, hidden], 0.8).map { Double.tanh($0) }
    inputWeight = draw([inputs, hidden], 0.5)
    hiddenWeight = draw([hidden, hidden], 0.6)
    bias = draw([hidden], 0.3)
    dOutput = draw([batch, hidden])
    future = draw([batch, hidden])
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("x", \.x), ("previous", \.previous), ("Wx", \.inputWeight), ("Wh", \.hiddenWeight),
      ("b", \.bias), ("dOutput", \.dOutput), ("future", \.future),
    ]
  }
  public var summary: String {
    "x \(x.shape), h \(previous.shape), Wx \(inputWeight.shape), Wh \(hiddenWeight.shape)"
  }

  /// h = tanh(x·Wx + previous·Wh + b), the state after the step.
  public var h: Matrix {
    (matmul(x, inputWeight) + matmul(previous, hiddenWeight) + bias).map { Double.tanh($0) }
  }

  /// All gradients from that of z, the argument of tanh.
  fileprivate func gradients(dz: Matrix) -> RNNStepGradients {
    (
      matmul(dz, transposed: inputWeight), matmul(dz, transposed: hiddenWeight),
      matmul(transposed: x, dz), matmul(transposed: previous, dz), dz.sum(axis: 0)
    )
  }

  fileprivate var dz: Matrix { (dOutput + future) * (1 - h * h) }
}

extension Chapter07Problems {
  /// 7.4, one step of backpropagation through time.
  public static var rnnStep: Problem<RNNStepQuestion, RNNStepGradients> {
    Problem(
      "7.4", "rnnStepBackward", minutes: 25, difficulty: 3,
      section: "Backpropagation through time",
      hints: [
        "h is used twice: the output reads it, and the next step starts from it. What does "
          + "chapter 3 say about a node with two users?",
        "One sample, one unit: h = tanh(z) = 0.6. The output sends 1 and the next step sends 2, "
          + "so 3 arrives at h. The slope of tanh there is 1 - 0.36 = 0.64, and dz = 1.92. With x "
          + "= 2 and Wx = 5 the input gets 1.92·5, and Wx gets 1.92·2. What do previous and Wh "
          + "get?",
        "dz [m, n]; dx [m, in]; dPrevious [m, n]; dWx [in, n]; dWh [n, n]; db [n]. Wh is square, "
          + "so shapes do not say which way round it is due: write out one element of z and see "
          + "which weights meet which unit.",
        "dz = (dOutput + future)·(1 - h²); dx = dz·Wxᵀ; dPrevious = dz·Whᵀ; dWx = xᵀ·dz; dWh = "
          + "previousᵀ·dz; db = Σ dz over the batch.",
        "let dz = (… + …) * (1 - h * h); return (matmul(dz, transposed: inputWeight), "
          + "matmul(dz, transposed: …), matmul(transposed: x, dz), matmul(transposed: …, dz), …)",
      ],
      cases: [
        Case(RNNStepQuestion(5, 3, 4, seed: 82)), Case(RNNStepQuestion(4, 4, 4, seed: 83)),
        Case(RNNStepQuestion(1, 2, 6, seed: 84)),
        Case(RNNStepQuestion(3, 4, 2, seed: 85)).rounded(),
        Case(RNNStepQuestion(2, 1, 1, seed: 86)),
      ],
      forward: { (($0.dOutput + $0.future) * $0.h).sum() },
      reference: { $0.gradients(dz: $0.dz) },
      parts: [
        Part("dx", of: \.x) { $0.dx }, Part("dPrevious", of: \.previous) { $0.dPrevious },
        Part("dWx", of: \.inputWeight) { $0.dWx }, Part("dWh", of: \.hiddenWeight) { $0.dWh },
        Part("db", of: \.bias) { $0.db },
      ],
      misconceptions: rnnMisconceptions,
      alternatives: [
        { question in
          // The two ways that arrive at h, one after the other: backward is linear.
          let slope = 1 - question.h * question.h
          let (a, b) = (
            question.gradients(dz: question.dOutput * slope),
            question.gradients(dz: question.future * slope)
          )
          return (
            a.dx + b.dx, a.dPrevious + b.dPrevious, a.dWx + b.dWx, a.dWh + b.dWh, a.db + b.db
          )
        }, asOneDenseLayer, byElements,
      ],
      given: { step in step.tensors.filter { $0.name != "b" } + [("h", step.h)] },
      attempt: asks {
        try $0.rnnStepBackward(
          $1.dOutput, future: $1.future, x: $1.x, previous: $1.previous, h: $1.h,
          inputWeight: $1.inputWeight, hiddenWeight: $1.hiddenWeight)
      }
    )
  }

  private static var rnnMisconceptions: [Misconception<RNNStepQuestion, RNNStepGradients>] {
    [
      through(
        "rnn-future-dropped",
        "h also goes into the next step: the gradient that comes back from there, future, is added."
      ) { $0.dOutput * (1 - $0.h * $0.h) },
      through(
        "rnn-output-dropped",
        "h is also read at this step: dOutput is added to what comes from the future."
      ) { $0.future * (1 - $0.h * $0.h) },
      through(
        "rnn-slope-forgotten",
        "Between h and z stands a tanh: dz = dh·(1 - h²). You used dh itself."
      ) { $0.dOutput + $0.future },
      through(
        "rnn-slope-of-previous",
        "The slope is that of this step's tanh, 1 - h², not of the previous one's."
      ) { ($0.dOutput + $0.future) * (1 - $0.previous * $0.previous) },
      through(
        "rnn-slope-of-sigmoid",
        "h(1 - h) is the slope of the sigmoid. This is a tanh: 1 - h²."
      ) { ($0.dOutput + $0.future) * $0.h * (1 - $0.h) },
      through(
        "rnn-future-past-the-slope",
        "future arrives at h, as dOutput does: both go through the slope 1 - h². You added it behind."
      ) { $0.dOutput * (1 - $0.h * $0.h) + $0.future },
      through(
        "rnn-gradients-multiplied",
        "You multiplied dOutput by future. h is used in two places: their gradients add."
      ) { $0.dOutput * $0.future * (1 - $0.h * $0.h) },
      through(
        "rnn-tanh-twice", "h is tanh(z) already: the slope is 1 - h². You took tanh of h once more."
      ) {
        let twice = $0.h.map { Double.tanh($0) }
        return ($0.dOutput + $0.future) * (1 - twice * twice)
      },
      wrong(
        "rnn-hidden-untransposed",
        "dPrevious = dz·Whᵀ. Wh is square, so dz·Wh has the right shape and the wrong numbers."
      ) { $1.dPrevious = matmul($0.dz, $0.hiddenWeight) },
      wrong(
        "rnn-hidden-weights-from-h",
        "Wh was multiplied by the state before the step: dWh = previousᵀ·dz. You used h."
      ) { $1.dWh = matmul(transposed: $0.h, $0.dz) },
      wrong(
        "rnn-hidden-weights-transposed",
        "dWh = previousᵀ·dz in this order. dzᵀ·previous is its transpose, of the same shape."
      ) { $1.dWh = matmul(transposed: $0.dz, $0.previous) },
      wrong(
        "rnn-future-past-the-step",
        "future arrives at h, and reaches the previous state through z only: do not add it to "
          + "dPrevious again."
      ) { $1.dPrevious = $1.dPrevious + $0.future },
      wrong(
        "rnn-bias-averaged",
        "b was added to every row: db is the sum of dz over the batch, not the mean."
      ) { $1.db = $1.db / Double($0.x.rows) },
    ]
  }

  /// A misconception about dz, which spoils all five gradients.
  private static func through(
    _ name: String, _ sentence: String, dz: @escaping (RNNStepQuestion) -> Matrix
  ) -> Misconception<RNNStepQuestion, RNNStepGradients> {
    Misconception(name, sentence) { $0.gradients(dz: dz($0)) }
  }

  /// A misconception about one of the gradients.
  private static func wrong(
    _ name: String, _ sentence: String,
    spoil: @escaping (RNNStepQuestion, inout RNNStepGradients) -> Void
  ) -> Misconception<RNNStepQuestion, RNNStepGradients> {
    Misconception(name, sentence) {
      var gradients = $0.gradients(dz: $0.dz)
      spoil($0, &gradients)
      return gradients
    }
  }

  /// Through the library's layers: x·Wx with the bias, previous·Wh without, and tanh.
  private static func asOneDenseLayer(_ question: RNNStepQuestion) -> RNNStepGradients {
    let input = Dense(weight: question.inputWeight, bias: question.bias)
    let recurrent = Dense(
      weight: question.hiddenWeight, bias: Matrix(shape: question.bias.shape))
    let z = input(question.x) + recurrent(question.previous)
    let (dz, _) = Activation<Double>.tanh.backward(
      question.future + question.dOutput, .init(x: z))
    let (dx, dInput) = input.backward(dz, .init(x: question.x))
    let (dPrevious, dRecurrent) = recurrent.backward(dz, .init(x: question.previous))
    return (dx, dPrevious, dInput.weight, dRecurrent.weight, dInput.bias)
  }

  private static func byElements(_ question: RNNStepQuestion) -> RNNStepGradients {
    let (x, previous, h) = (question.x, question.previous, question.h)
    var (dx, dPrevious) = (Matrix(shape: x.shape), Matrix(shape: h.shape))
    var dWx = Matrix(shape: question.inputWeight.shape)
    var dWh = Matrix(shape: question.hiddenWeight.shape)
    var db = Matrix(shape: question.bias.shape)
    for sample in 0..<x.rows {
      for unit in 0..<h.columns {
        let dh = question.future[sample, unit] + question.dOutput[sample, unit]
        let dz = dh * (1 - h[sample, unit]) * (1 + h[sample, unit])
        db[unit] += dz
        for i in 0..<x.columns {
          dx[sample, i] += dz * question.inputWeight[i, unit]
          dWx[i, unit] += dz * x[sample, i]
        }
        for i in 0..<h.columns {
          dPrevious[sample, i] += dz * question.hiddenWeight[i, unit]
          dWh[i, unit] += dz * previous[sample, i]
        }
      }
    }
    return (dx, dPrevious, dWx, dWh, db)
  }
}
