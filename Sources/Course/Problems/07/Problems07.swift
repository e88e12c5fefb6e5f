/// The exercises of chapter 7.
public enum Chapter07Problems {
  static var all: [any Exercise] {
    [glorot, he, gradientNorms, batchNorm, rnnStep, layerNorm]
  }
}
