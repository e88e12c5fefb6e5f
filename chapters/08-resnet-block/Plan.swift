import Checking
import Datasets
import Running

/// What is trained on, and how long.
struct Plan {
  let train: ImageData
  let test: ImageData
  let epochs: Int
  let batch: Int
  let seed: UInt64
  let isQuick: Bool

  init(_ options: ChapterOptions, images: (train: ImageData, test: ImageData), source: Source) {
    (isQuick, seed) = (options.quick, options.seed)
    // Functions of the exercises are plain loops in Double: fewer images must do.
    let (count, tests, usual): (Int, Int, Int) =
      switch (source, options.quick) {
      case (.library, false): (60_000, 10_000, 3)
      case (.library, true): (2000, 500, 1)
      case (.answers, false): (24_000, 10_000, 1)
      case (.answers, true): (320, 200, 1)
      case (.bug, false): (4000, 1000, 1)
      case (.bug, true): (160, 200, 1)
      }
    train = images.train.first(count)
    test = images.test.first(tests)
    epochs = options.epochs ?? usual
    let isLibrary = if case .library = source { true } else { false }
    batch = options.batch ?? (isLibrary ? 64 : 16)
  }
}
