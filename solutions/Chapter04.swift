import Backprop
import Course

extension Answers: Chapter04 {
  /// Exercise 4.1: the gradients of a dense layer, y = x·W + b.
  ///
  /// dx, dW and db are each one line. The shapes settle which product it is.
  /// Lesson: chapter 4, "The gradients of a dense layer". About 20 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 4.1`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, out]`.
  ///   - x: The layer's input, `[m, in]`.
  ///   - weight: W, `[in, out]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x `[m, in]`, ∂loss/∂W `[in, out]`, ∂loss/∂b `[out]`.
  public static func denseBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix
  ) throws -> (dx: Matrix, dW: Matrix, db: Matrix) {
    // forward: y = x·W + b
    let dx = matmul(dy, transposed: weight)  // [m, in]
    let dW = matmul(transposed: x, dy)  // [in, out]
    let db = dy.sum(axis: 0)  // [out]
    return (dx, dW, db)
  }
}
