import Checking
import Figures
import Problems10
import Running

/// An anchor, a positive and a negative on the circle, and where a step would take them.
func showArrows(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("Three points on a circle")
  let names = ["anchor", "positive", "negative"]
  let angles = [0.6, 1.5, 0.1]
  let x = Matrix(rows: angles.map { [Double.cos($0), Double.sin($0)] })
  let (dA, dP, dN) = try functions.tripletGradients(
    TripletQuestion(anchor: x.rows([0]), positive: x.rows([1]), negative: x.rows([2]), margin: 0.2))
  requireShapes("10.3", ("dAnchor", dA, x.rows([0])), ("dPositive", dP, x.rows([0])))
  let dY = Matrix(dA.scalars + dP.scalars + dN.scalars, shape: [3, 2])
  let dX = try functions.unitLength(UnitLengthQuestion(x: x, dy: dY))
  requireShapes("10.2", ("dx", dX, x))
  var table = Table("", "at", "gradient", "x·gradient", "normalised", "x·normalised")
  func pair(_ a: Matrix, _ i: Int) -> String { "(\(fixed(a[i, 0], 2)), \(fixed(a[i, 1], 2)))" }
  for i in 0..<3 {
    func along(_ a: Matrix) -> String { fixed(x[i, 0] * a[i, 0] + x[i, 1] * a[i, 1], 2) }
    table.add(names[i], pair(x, i), pair(dY, i), along(dY), pair(dX, i), along(dX))
  }
  screen.table(table)
  screen.text(
    """
    A step goes against the gradient. What has gone through the normalisation runs
    along the circle.
    """)

  let circle = (0...90).map { 2 * Double.pi * Double($0) / 90 }
  func arrows(_ name: String, _ gradient: Matrix, _ marker: Marker) -> Series {
    var points: [Point] = []
    for i in 0..<3 {
      let end = Point(x[i, 0] - 0.25 * gradient[i, 0], x[i, 1] - 0.25 * gradient[i, 1])
      points += [Point(x[i, 0], x[i, 1]), end, Point(.nan, .nan)]
    }
    return Series(name, points: points, marker: marker)
  }
  let points = names.indices.map { i in
    Series(names[i], points: [Point(x[i, 0], x[i, 1])], style: .points)
  }
  try screen.write(
    .lines(
      "Where a step takes an anchor, a positive and a negative",
      description: """
        A circle with three points. Steps before the normalisation leave the circle; behind it they run \
        along it: anchor and positive towards each other, the negative away.
        """, x: Axis("first number", range: -0.5...2.1),
      y: Axis("second number", range: -0.1...1.3),
      [
        Series("circle", x: circle.map { Double.cos($0) }, y: circle.map { Double.sin($0) }),
        arrows("as the loss says", dY, .cross), arrows("through the normalisation", dX, .triangle),
      ] + points), "arrows")
}
