import Running

/// How much is computed: all of it in two or three minutes, or with --quick a little of everything.
struct Plan {
  let isQuick: Bool
  /// Whether more is shown than fits into that time.
  let isAll: Bool
  let seed: UInt64
  /// Images to train with, and to test with.
  let images: Int, tests: Int
  /// Images that private lots are drawn from, and how often each comes on average.
  let privateImages: Int, privateEpochs: Int
  /// Steps of 128 images, for all that trains on one batch after the other.
  let steps: Int
  /// Rounds of federated averaging.
  let rounds: Int
  /// Steps of meta-learning, of 8 tasks each.
  let metaSteps: Int
  /// The epochs and the batch of the training on ranks.
  let epochs: Int, batch: Int

  init(_ options: ChapterOptions) {
    (isQuick, isAll, seed) = (options.quick, options.all, options.seed)
    (images, tests) = isQuick ? (2000, 500) : (10_000, 2000)
    (privateImages, privateEpochs) = isQuick ? (2000, 1) : (20_000, 4)
    steps = isQuick ? 25 : 300
    rounds = isQuick ? 1 : 5
    metaSteps = isQuick ? 40 : 1200
    epochs = options.epochs ?? (options.mpi && !isQuick ? 3 : 1)
    batch = options.batch ?? 128
  }
}
