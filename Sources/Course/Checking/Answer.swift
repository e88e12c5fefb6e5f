import Core

/// Calls an answer; one that throws ends the chapter, since a layer has nobody to throw to.
package func answer<Output>(_ id: String, _ function: () throws -> Output) -> Output {
  do {
    return try function()
  } catch {
    fatalError("\(id): the function threw an error: \(error)")
  }
}

/// Ends the chapter if a gradient cannot belong to its variable: nothing after it would make sense.
package func requireShape(_ gradient: Matrix, _ shape: [Int], _ name: String) {
  require(gradient.shape == shape, "\(name) is \(gradient.shape), should be \(shape)")
}
