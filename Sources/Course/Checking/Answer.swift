import Core

/// Calls an answer; one that throws ends the chapter, since a layer has nobody to throw to.
package func answer<Output>(_ id: String, _ function: () throws -> Output) -> Output {
  do {
    return try function()
  } catch {
    fatalError("\(id): the function threw an error: \(error)")
  }
}

/// A gradient, with its name and the variable whose shape it must have.
package typealias NamedGradient = (name: String, gradient: Matrix, variable: Matrix)

/// Ends the chapter if a gradient cannot belong to its variable: nothing after it would make sense.
package func requireShapes(_ id: String, _ gradients: NamedGradient...) {
  for (name, gradient, variable) in gradients {
    require(
      gradient.shape == variable.shape,
      "\(id): \(name) is \(gradient.shape), should be \(variable.shape)")
  }
}

/// The first gradient that cannot belong to its variable, in half a sentence; nil where all can.
package func wrongShape(_ gradients: NamedGradient...) -> String? {
  gradients.first { $0.gradient.shape != $0.variable.shape }.map {
    "\($0.name) is \($0.gradient.shape) where it should be \($0.variable.shape)"
  }
}
