import Core
import Sequences

/// The lines of the backward pass, one by one, so that a misconception can replace one of them.
struct LSTMLines {
  let question: LSTMStepQuestion
  let i, f, g, o, next, tanhNext: Matrix
  /// ∂loss/∂c′ by both ways.
  var cell: Matrix
  /// ∂loss/∂z of the gates, each `[m, hidden]`.
  var zI, zF, zG, zO: Matrix
  var dCell: Matrix

  init(
    _ question: LSTMStepQuestion,
    cell ownCell: ((LSTMStepQuestion, Matrix, Matrix) -> Matrix)? = nil
  ) {
    let step = question.step
    (i, f, g, o) = (step.cache.i, step.cache.f, step.cache.g, step.cache.o)
    (next, tanhNext) = (step.c, step.cache.tanhC)
    self.question = question
    cell =
      ownCell.map { $0(question, step.cache.o, step.cache.tanhC) }
      ?? question.dNextCell + question.dNext * step.cache.o * (1 - tanhNext * tanhNext)
    zI = cell * g * i * (1 - i)
    zF = cell * question.cell * f * (1 - f)
    zG = cell * i * (1 - g * g)
    zO = question.dNext * tanhNext * o * (1 - o)
    dCell = cell * f
  }

  /// All gradients from the gates', put beside each other in the order of the columns.
  func gradients(order: KeyPath<LSTMLines, [Matrix]> = \.inOrder) -> LSTMStepGradients {
    let dz = dz(order: order)
    return (
      matmul(dz, transposed: question.inputWeight), matmul(dz, transposed: question.hiddenWeight),
      dCell, matmul(transposed: question.x, dz), matmul(transposed: question.h, dz),
      dz.sum(axis: 0)
    )
  }

  /// dz, the four blocks beside each other, `[m, 4n]`.
  func dz(order: KeyPath<LSTMLines, [Matrix]> = \.inOrder) -> Matrix {
    besideEachOther(self[keyPath: order])
  }

  var inOrder: [Matrix] { [zI, zF, zG, zO] }
  var asElsewhere: [Matrix] { [zI, zF, zO, zG] }
  var asInONNX: [Matrix] { [zI, zO, zF, zG] }
  var asInTensorFlow: [Matrix] { [zI, zG, zF, zO] }
  var forgetGateFirst: [Matrix] { [zF, zI, zG, zO] }
}
