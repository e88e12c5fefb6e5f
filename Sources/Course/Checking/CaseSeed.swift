import Backprop

/// The seed that all random cases share.
///
/// A learner's check has seed 0, so that it is the same every time. Other seeds draw other numbers
/// for the same cases, and show that a right answer passes whatever the numbers are.
enum CaseSeed {
  @TaskLocal static var current: UInt64 = 0
}

extension SplitMix64 {
  /// The generator of one case, from the case's own seed and the one that all cases share.
  init(caseSeed own: UInt64) {
    self.init(seed: own &+ CaseSeed.current &* 1_000_003)
  }
}

extension Catalogue {
  /// Every exercise, its random cases drawn with a seed; seed 0 is the learner's check.
  public static func all(seed: UInt64) -> [any Exercise] {
    CaseSeed.$current.withValue(seed) { all }
  }
}
