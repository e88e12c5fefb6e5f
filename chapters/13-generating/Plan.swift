import Checking
import Datasets
import Running

/// How much is computed: all systems in about two minutes, a little of each with --quick, or with --all as
/// much as the lesson's full runs.
struct Plan {
  enum Size { case quick, usual, all }

  let size: Size
  let seed: UInt64
  let data: (train: ImageData, test: ImageData)
  /// Digits and epochs for the judge.
  let judge: (digits: Int, epochs: Int)
  /// For the autoencoders that raise an alarm.
  let alarm: (digits: Int, epochs: Int)
  /// For the variational autoencoder, and for those it is compared with.
  let variational: (digits: Int, epochs: Int)
  let compared: (digits: Int, epochs: Int)
  /// Steps of the first game, and of the game with labels.
  let opening: Int
  let game: Int
  /// Steps of the diffusion's network.
  let diffusion: Int
  /// How many made images are judged.
  let judged: Int

  init(_ options: ChapterOptions, source: Source) throws {
    size = options.quick ? .quick : options.all ? .all : .usual
    seed = options.seed
    data = try MNIST.load()
    switch size {
    case .quick:
      (judge, alarm, variational) = ((1500, 2), (600, 2), (1000, 2))
      (compared, opening, game) = ((600, 2), 12, 20)
      (diffusion, judged) = (12, 60)
    case .usual:
      (judge, alarm, variational) = ((20_000, 4), (5000, 6), (60_000, 4))
      (compared, opening, game) = ((6000, 3), 200, 4000)
      (diffusion, judged) = (2000, 500)
    case .all:
      (judge, alarm, variational) = ((20_000, 4), (5000, 6), (60_000, 4))
      (compared, opening, game) = ((20_000, 5), 200, 4000)
      (diffusion, judged) = (8000, 2000)
    }
  }

  var isQuick: Bool { size == .quick }
}
