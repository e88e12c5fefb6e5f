import Running

/// How much is computed: all of it in a minute or two, or with --quick a little of everything.
struct Plan {
  let isQuick: Bool
  let seed: UInt64
  /// Steps of training for the images' embedding, with triplets and with InfoNCE.
  let steps: Int
  /// One-shot trials, and pairs that are verified.
  let trials: Int
  let films: Int
  let sentences: Int
  let epochs: Int
  /// Steps for the ratings, all of them at once.
  let ratingSteps: Int
  /// Images of 0 to 4 that a network learns before it meets 5 to 9.
  let firstTask: Int

  init(_ options: ChapterOptions) {
    (isQuick, seed) = (options.quick, options.seed)
    (steps, trials) = isQuick ? (40, 500) : (4000, 2000)
    films = isQuick ? 3 : 15
    (sentences, epochs) = isQuick ? (800, 2) : (4000, 5)
    ratingSteps = isQuick ? 150 : 600
    firstTask = isQuick ? 1500 : 10_000
  }
}
