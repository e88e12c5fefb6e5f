/// The exercises of chapter 8.
public enum Chapter08Problems {
  static var all: [any Exercise] {
    [residual, projectionShortcut, globalAveragePool, basicBlock, bottleneckParameterCount]
  }
}
