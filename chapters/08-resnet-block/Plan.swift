import Backprop
import Course
import Datasets

/// What is trained on, and how long.
struct Plan {
  let train: ImageData
  let test: ImageData
  let epochs: Int
  let batch: Int
  let seed: UInt64
  let isQuick: Bool

  init(_ options: ChapterOptions, images: (train: ImageData, test: ImageData), source: Source) {
    isQuick = options.quick
    seed = options.seed
    let (count, tests, usual): (Int, Int, Int) =
      switch (source, options.quick) {
      case (.library, false): (60_000, 10_000, 2)
      case (.library, true): (1600, 500, 1)
      // Functions of the exercises are plain loops in Double: fewer images must do.
      case (.answers, false): (20_000, 10_000, 1)
      case (.answers, true): (320, 200, 1)
      case (.bug, false): (4000, 1000, 1)
      case (.bug, true): (320, 200, 1)
      }
    train = images.train.first(count)
    test = images.test.first(tests)
    epochs = options.epochs ?? usual
    batch = options.batch ?? (count > 30_000 ? 64 : 32)
  }

  /// Some of the first training images, and of the test images.
  func first(_ count: Int, tests: Int) -> (train: ImageData, test: ImageData) {
    (train.first(count), test.first(tests))
  }
}
