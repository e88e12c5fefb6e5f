import Backprop
import Testing

/// A NaN goes through, and none comes of numbers whose result is known.
@Suite struct InfinityTests {
  typealias Matrix = Tensor<Double>
  private let infinity = Double.infinity

  @Test(
    arguments: [
      [.nan, 3, .nan, 1], [3, .nan, 1], [1, 2, .nan], [.nan], [-.infinity, .nan],
      [.nan, .infinity],
    ] as [[Double]])
  func `a NaN is the largest and the smallest element wherever it stands`(_ numbers: [Double]) {
    #expect(Tensor(numbers).max().isNaN && Tensor(numbers).min().isNaN)
    let first = numbers.firstIndex { $0.isNaN }
    #expect([first] == Tensor(rows: [numbers]).argmaxOfRows())
    #expect(Tensor(numbers.map { Float($0) }).max().isNaN)
    #expect(Tensor(numbers).norm().isNaN)
    #expect(softmax(Tensor(rows: [numbers])).scalars.allSatisfy { $0.isNaN })
    #expect(logSumExp(Tensor(rows: [numbers]))[0].isNaN)
  }

  @Test func `without NaN the largest, the smallest and the first of equals are found`() {
    let x = Matrix(rows: [[1, 7, 7], [-infinity, -infinity, -infinity], [2, infinity, -3]])
    #expect(x.max() == infinity && x.min() == -infinity)
    #expect(x.argmaxOfRows() == [1, 0, 1])
  }

  @Test(arguments: [(2, 2, 0), (2, 1, 0), (3, 2, 1)])
  func `max pooling sends the gradient to the NaN that it gave`(
    _ window: Int, _ stride: Int, _ padding: Int
  ) {
    for place in 0..<16 {
      var x = Matrix(Array(1...16).map { Double($0) }, shape: [1, 4, 4, 1])
      x.scalars[place] = .nan
      let layer = MaxPool2d<Double>(window, stride: stride, padding: padding)
      var context = Context.training(seed: 1)
      let (y, cache) = layer.forward(x, in: &context)
      let dy = Matrix(repeating: 1, shape: y.shape)
      let dx = layer.backward(dy, cache).dInput
      let hit = y.scalars.count { $0.isNaN }
      #expect(hit > 0 && dx.scalars[place] == Double(hit))
      #expect(dx.sum() == dy.sum(), "nothing that came in is lost")
      #expect(
        maxPool2dReferenceBackward(
          dy.reshaped([1, 1] + y.shape[1...2]), x.reshaped([1, 1, 4, 4]), layer.geometry
        ).scalars == dx.scalars)
    }
  }

  @Test func `dropout gives 0 for what it drops, infinite or not, forward and backward`() {
    let layer = Dropout<Double>(rate: 0.5)
    var context = Context.training(seed: 5)
    let x = Tensor((0..<200).map { $0 % 2 == 0 ? infinity : -infinity })
    let (y, cache) = layer.forward(x, in: &context)
    #expect(zip(x.scalars, y.scalars).allSatisfy { $1 == 0 || $1 == $0 })
    #expect(y.scalars.contains(0) && y.scalars.contains(infinity))
    #expect(layer.backward(x, cache).dInput == y)
    let lost = layer.forward(Tensor(repeating: .nan, shape: [50]), in: &context).output
    #expect(lost.scalars.allSatisfy { $0.isNaN })
  }

  @Test(
    arguments: [
      (.infinity, 1, 0, 0), (.infinity, 0, .infinity, 1), (-.infinity, 0, 0, 0),
      (-.infinity, 1, .infinity, -1), (.infinity, 0.5, .infinity, 0.5),
    ] as [(Double, Double, Double, Double)])
  func `binary cross-entropy takes infinite logits`(
    _ z: Double, _ t: Double, _ loss: Double, _ slope: Double
  ) {
    let got = binaryCrossEntropy(logits: Tensor([z]), targets: Tensor([t]))
    #expect(got.loss == loss && got.gradient[0] == slope)
    let single = binaryCrossEntropy(logits: Tensor([Float(z)]), targets: Tensor([Float(t)]))
    #expect(single.loss == Float(loss) && single.gradient[0] == Float(slope))
    #expect(binaryCrossEntropy(logits: Tensor([.nan]), targets: Tensor([t])).loss.isNaN)
  }

  @Test func `a logit of -∞ is a mask, and a row that is masked whole gives zeros`() {
    let z = Matrix(rows: [
      [0, -infinity, 0], [-infinity, -infinity, -infinity], [5, 1, infinity],
    ])
    let y = softmax(z)
    #expect(y == Tensor(rows: [[0.5, 0, 0.5], [0, 0, 0], [0, 0, 1]]))
    #expect(
      softmaxBackward(Tensor(repeating: 3, shape: [3, 3]), y: y).scalars.allSatisfy { $0 == 0 })
    let sums = logSumExp(z)
    #expect(abs(sums[0] - Double.log(2)) <= 1e-15)
    #expect(sums[1] == -infinity && sums[2] == infinity)
    #expect(softmax(Matrix(rows: [[infinity, infinity, 0]])).scalars.allSatisfy { $0.isNaN })
    #expect(softmax(Matrix(rows: [[-infinity, .nan]])).scalars.allSatisfy { $0.isNaN })
    #expect(softmax(Matrix(shape: [2, 0])).shape == [2, 0])
    let wide = Tensor<Float>(rows: [[3e38, -3e38]])
    #expect(softmax(wide).scalars == [1, 0])
  }

  @Test func `cross-entropy at infinite logits is 0, finite or infinite, and its gradient finite`()
  {
    let masked = Matrix(rows: [[0, -infinity, 0]])
    let soft = softmaxCrossEntropy(logits: masked, targets: Tensor(rows: [[0.5, 0, 0.5]]))
    #expect(abs(soft.loss - Double.log(2)) <= 1e-15 && soft.gradient.scalars == [0, 0, 0])
    let one = softmaxCrossEntropy(logits: masked, labels: [0])
    #expect(abs(one.loss - Double.log(2)) <= 1e-15 && one.gradient.scalars == [-0.5, 0, 0.5])
    let denied = softmaxCrossEntropy(logits: masked, labels: [1])
    #expect(denied.loss == infinity && denied.gradient.scalars == [0.5, -1, 0.5])
    let sure = softmaxCrossEntropy(logits: Tensor(rows: [[infinity, 3]]), labels: [0])
    #expect(sure.loss == 0 && sure.gradient.scalars == [0, 0])

    let whole = Matrix(repeating: -infinity, shape: [1, 3])
    let (loss, gradient) = softmaxCrossEntropy(logits: whole, labels: [2])
    #expect(loss == infinity && gradient.scalars == [0, 0, -1])
    let none = softmaxCrossEntropy(logits: whole, targets: Matrix(shape: [1, 3]))
    #expect(none.loss == 0 && none.gradient.scalars == [0, 0, 0])
    let weighted = weightedCrossEntropy(
      logits: Tensor(rows: [[0, -infinity], [0, 0]]), labels: [1, 0], classWeights: [1, 0])
    #expect(abs(weighted.loss - Double.log(2)) <= 1e-15, "a weight of 0 leaves a sample out")
  }

  @Test(arguments: [-1, -3, 0] as [Double])
  func `a loss that stays lowers the rate, whatever its sign`(_ loss: Double) {
    var schedule = PlateauSchedule(from: 1.0, patience: 2)
    let rates = (0..<4).map { _ in schedule.next(after: loss) }
    #expect(rates == [1, 1, 1, 0.1] && schedule.best == loss)
  }

  @Test func `a loss is progress if it falls, below 0 as above`() {
    var rising = PlateauSchedule(from: 1.0, patience: 1, threshold: 0.01)
    for loss in [-10, -9.95, -9.5, -9] { _ = rising.next(after: loss) }
    #expect(rising.best == -10 && rising.learningRate < 1)
    var falling = PlateauSchedule(from: 1.0, patience: 0, threshold: 0.01)
    for loss in [1, 0, -1, -1.5, -2, -infinity] { _ = falling.next(after: loss) }
    #expect(falling.best == -infinity && falling.learningRate == 1)
    var lost = PlateauSchedule(from: 1.0, patience: 1)
    for loss in [.nan, .nan, 3, 2] { _ = lost.next(after: loss) }
    #expect(lost.best == 2 && lost.learningRate == 0.1)
  }

  @Test func `an infinity that the other gradient lacks is an infinite error`() {
    #expect(maximumRelativeError(Tensor([infinity, 1]), Tensor([1, 1])) == infinity)
    #expect(maximumRelativeError(Tensor([infinity]), Tensor([-infinity])) == infinity)
  }

  @Test func `a NaN in a system of equations is not taken for a singular matrix`() throws {
    let x = try solve(Matrix(rows: [[.nan, 1], [1, 2]]), Tensor([1, 1]))
    #expect(x.scalars.contains { $0.isNaN })
  }
}
