import Checking
import Core
import Running
import Training

/// Newton's method on the landscapes, and what it would cost on a network.
func showNewton(on screen: Screen) throws {
  screen.section("What if the optimizer knew the curvature?")
  var table = Table("Newton's method on", "step", "x", "y", "height")
  for (landscape, steps) in [(Landscape.ravine, 1), (.rosenbrock, 7), (.saddle, 1)] {
    var position = Matrix([landscape.start.x, landscape.start.y])
    for step in 0...steps {
      table.add(
        step == 0 ? landscape.file : "", "\(step)", fixed(position[0], 5), fixed(position[1], 5),
        heightText(landscape.height(at: position)))
      let hessian = hessian(ofGradient: landscape.gradient, at: position)
      position = try newtonStep(
        from: position, gradient: landscape.gradient(at: position), hessian: hessian)
    }
  }
  screen.table(table)
  screen.paragraph(
    """
    On a quadratic one step is enough, up to rounding. On Rosenbrock's valley it takes
    a few, some of them uphill. On the saddle it walks to the saddle: Newton's method
    looks for slope 0, whatever is there.
    """)
  let n = 235_146.0
  screen.text("")
  screen.paragraph(
    """
    Why not for the network of chapter 4? It has 235,146 parameters. Its Hessian would
    have 235,146² = 55,293,641,316 numbers, \(fixed(n * n * 4 / 1e9, 0)) GB in Float, and solving H·d = g takes
    n³/3 multiplications, \(significant(n * n * n / 3, 2)): at 10¹¹ a second \(fixed(n * n * n / 3 / 1e11 / 3600, 0)) hours for one step.
    """)
}
