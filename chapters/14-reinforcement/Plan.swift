import Core
import Running

/// How much is computed: all of it in two minutes, or with --quick a little of everything.
struct Plan {
  let isQuick: Bool
  let seed: UInt64
  /// The seeds of the curves, one run each.
  let seeds: [UInt64]
  /// The seeds of the tables that say how often an algorithm has come through.
  let trials: [UInt64]
  /// Whether the slower comparisons are run.
  let showsAll: Bool

  init(_ options: ChapterOptions) {
    (isQuick, seed, showsAll) = (options.quick, options.seed, options.all)
    let count: UInt64 = isQuick ? 1 : options.all ? 5 : 3
    seeds = (0..<count).map { options.seed + $0 }
    trials = (0..<(isQuick ? 1 : 5)).map { options.seed + $0 }
    // These networks are so small that a second thread has more to wait for than to do.
    if options.threads == nil { Threads.count = 1 }
  }
}
