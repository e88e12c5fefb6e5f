/// The exercises of chapter 6, one file each; momentum and Nesterov share one.
public enum Chapter06Problems {
  static var all: [any Exercise] {
    [momentum, nesterov, rmsprop, adam, clipByGlobalNorm, warmupCosine, newton]
  }
}
