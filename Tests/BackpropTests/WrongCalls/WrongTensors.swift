import Backprop

extension WrongCall {
  static let tensors: [WrongCall] = [
    WrongCall("more elements than can be counted") { _ = zeros(1 << 32, 1 << 32) },
    WrongCall("more elements than can be counted") { _ = zeros(1 << 62, 4) },
    WrongCall("more elements than can be counted") { _ = zeros(1 << 61) },
    WrongCall("more elements than can be counted") { _ = zeros(0, 1 << 40, 1 << 40) },
    WrongCall("more elements than can be counted") { _ = zeros(1 << 40, 1 << 40, 0) },
    WrongCall("do not fit into the memory") { _ = zeros(1 << 45) },
    WrongCall("more elements than can be counted") {
      _ = Tensor<Float>([], shape: [1 << 32, 1 << 32])
    },
    WrongCall("has a negative size") { _ = zeros(-1) },
    WrongCall("has a negative size") { _ = Tensor<Double>([1, 2], shape: [-1, -2]) },
    WrongCall("more elements than can be counted") {
      _ = zeros(0).reshaped([1 << 32, 1 << 32])
    },
    WrongCall("reshaped: shape [-2, -3] has a negative size") { _ = zeros(6).reshaped([-2, -3]) },
    WrongCall("more elements than can be counted") {
      _ = matmul(zeros(1 << 32, 0), zeros(0, 1 << 32))
    },
    WrongCall("do not fit into the memory") { _ = matmul(zeros(1 << 22, 0), zeros(0, 1 << 22)) },
    WrongCall("do not fit into the memory") {
      _ = matmul(transposed: zeros(0, 1 << 22), zeros(0, 1 << 22))
    },
    WrongCall("do not fit into the memory") { _ = zeros(0, 1 << 45).sum(axis: 0) },
    WrongCall("do not fit into the memory") { _ = zeros(1 << 45, 0).mean(axis: 1) },
    WrongCall("there are no rows 0..<1099511627776") { _ = zeros(3, 2).rows(0..<1 << 40) },
    WrongCall("there are no rows -1..<2") { _ = zeros(3, 2).rows(-1..<2) },
    WrongCall("there is no row -1") { _ = zeros(3, 2).rows([0, -1]) },
    WrongCall("rows: a tensor of shape [] has no axes") { _ = zeros().rows([0]) },
    WrongCall("[i] needs a vector, this tensor is [2, 2]") { _ = zeros(2, 2)[1] },
    WrongCall("index [1, 2] is outside") { _ = zeros(2, 2)[1, 2] },
    WrongCall("index [-1] is outside") { _ = zeros(2)[-1] },
    WrongCall("needs images") { _ = zeros(2, 2)[0, 0, 0, 0] },
    WrongCall("3 numbers were left in a tensor of shape [2]") {
      var x = zeros(2)
      x.scalars.append(1)
    },
    WrongCall("0 numbers were left in a tensor of shape [2]") {
      struct Interruption: Error {}
      func emptied(_ numbers: inout [Double]) throws {
        numbers = []
        throw Interruption()
      }
      var x = zeros(2)
      try? emptied(&x.scalars)
      print(x.scalars.count)
    },
    WrongCall("max: a tensor of shape [0] has no elements") { _ = zeros(0).max() },
    WrongCall("item: needs a tensor with one element") { _ = zeros(0).item },
    WrongCall("transposed: needs a matrix") { _ = zeros(2).transposed },
    WrongCall("zip: the shapes [2] and [3]") { _ = zeros(2).zip(zeros(3)) { $0 + $1 } },
    WrongCall("to every row; matmul is the matrix product") { _ = zeros(5, 2) * zeros(2, 3) },
    WrongCall("[2, 3] - [2]: the shapes must be the same") { _ = zeros(2, 3) - zeros(2) },
    WrongCall("sum(axis:): a matrix has the axes 0 and 1, not -1") {
      _ = zeros(2, 2).sum(axis: -1)
    },
    WrongCall("argmaxOfRows: needs a matrix with a column") { _ = zeros(2, 0).argmaxOfRows() },
    WrongCall("the rows have [1, 2] elements") { _ = Tensor<Double>(rows: [[1], [1, 2]]) },
    WrongCall("the standard deviation -1.0") {
      var generator = SplitMix64(seed: 1)
      _ = Tensor<Double>(standardDeviation: -1, shape: [2], using: &generator)
    },
    WrongCall("must be finite, and so must its width") {
      var generator = SplitMix64(seed: 1)
      _ = Tensor<Double>(uniform: -.infinity...0, shape: [2], using: &generator)
    },
    WrongCall("do not fit into the memory") {
      var generator = SplitMix64(seed: 1)
      _ = generator.permutation(of: 1 << 50)
    },
    WrongCall("there is no number from 0 below 0") {
      var generator = SplitMix64(seed: 1)
      _ = generator.integer(below: 0)
    },
    WrongCall("do not fit into the memory") { _ = Batches(of: 1 << 50, size: 2) },
    WrongCall("there cannot be -1 samples") { _ = Batches(of: -1, size: 2) },
    WrongCall("a batch of -1 samples") { _ = Batches(of: 3, size: -1) },
    WrongCall("cannot be taken from") {
      var generator = SplitMix64(seed: 1)
      _ = split(of: -1, validation: 0, using: &generator)
    },
    WrongCall("cannot be dealt to 1 folds") {
      var generator = SplitMix64(seed: 1)
      _ = folds(of: 3, into: 1, using: &generator)
    },
    WrongCall("0 threads cannot compute") { Threads.count = 0 },
  ]
}
