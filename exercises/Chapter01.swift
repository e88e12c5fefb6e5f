import Backprop
import Course

extension Answers: Chapter01 {
  /// Exercise 1.1: the gradient of y = σ(x), element by element.
  ///
  /// dx = dy · σ′(x), and σ′(x) can be had from y alone: that is why y is what you are given.
  /// Lesson: chapter 1, "The slope of the sigmoid". About 5 minutes, difficulty 1 of 5.
  /// Stuck? `swift run workbook hint 1.1`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, any shape.
  ///   - y: What the forward pass gave, σ(x), same shape.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x, same shape.
  public static func sigmoidBackward(_ dy: Matrix, y: Matrix) throws -> Matrix {
    throw Todo("1.1")
  }
}
