import Checking
import Datasets
import Running

/// What is trained on, and how long.
struct Plan {
  /// Canvases to train with: the detector takes the first of them, the others fewer.
  let train: Canvases
  let test: Canvases
  let digits: (train: ImageData, test: ImageData)
  /// The detector's epochs, and its batches.
  let (epochs, batch): (Int, Int)
  /// How many canvases the comparisons of losses see, and how often.
  let (compared, comparedEpochs): (Int, Int)
  /// How many canvases the U-Net sees, how often, and how many a step.
  let (segmented, segmentedEpochs, segmentedBatch): (Int, Int, Int)
  let seed: UInt64
  let isQuick: Bool
  /// Whether comparisons are run that take minutes: with --all; with --quick they take seconds.
  let isWhole: Bool

  init(_ options: ChapterOptions, digits: (train: ImageData, test: ImageData), source: Source) {
    (seed, isQuick, self.digits) = (options.seed, options.quick, digits)
    isWhole = options.all || options.quick
    let (count, tests, usual): (Int, Int, Int) =
      switch (source, options.quick) {
      case (.library, false): (4000, 1000, 8)
      case (.answers, false): (4000, 500, 4)
      case (.bug, false): (3000, 500, 4)
      case (.library, true): (256, 100, 2)
      case (.answers, true), (.bug, true): (128, 50, 1)
      }
    train = Canvases(count, from: digits.train, seed: options.seed)
    test = Canvases(tests, from: digits.test, seed: options.seed + 1)
    (epochs, batch) = (options.epochs ?? usual, options.batch ?? 64)
    (compared, comparedEpochs) = options.quick ? (128, 1) : (3000, 4)
    // Known mistakes are plain loops over each pixel of a batch, and not compiled for speed.
    (segmented, segmentedEpochs, segmentedBatch) =
      switch (source, options.quick) {
      case (.library, false): (2000, 3, 32)
      case (.answers, false): (1000, 3, 32)
      case (.bug, false): (64, 1, 4)
      case (.bug, true): (4, 1, 2)
      case (_, true): (32, 1, 16)
      }
  }

  /// The steps of the detector that the chapter is about.
  func detectorRecipe(_ options: ChapterOptions) -> Recipe {
    Recipe(name: "detector", canvases: train, epochs: epochs, batch: batch, seed: seed)
  }

  /// The steps of a U-Net.
  var segmentationRecipe: Recipe {
    Recipe(
      name: "U-Net", canvases: train.first(segmented), epochs: segmentedEpochs,
      batch: segmentedBatch, seed: seed)
  }
}
