import Generating

// The same questions but for one argument that is no tensor and no single number.

extension GeneratorStepQuestion {
  public var others: [Self] {
    GeneratorLoss.allCases.filter { $0 != loss }.map {
      Self(images: images, weight: weight, loss: $0)
    }
  }
}
