import Core

/// The seed that all random cases share.
///
/// A learner's check has seed 0, so that it is the same every time. Other seeds draw other numbers
/// for the same cases, and show that a right answer passes whatever the numbers are.
package enum CaseSeed {
  @TaskLocal package static var current: UInt64 = 0
}

extension SplitMix64 {
  /// The generator of one case, from the case's own seed and the one that all cases share.
  package init(caseSeed own: UInt64) {
    self.init(seed: own &+ CaseSeed.current &* 1_000_003)
  }
}
