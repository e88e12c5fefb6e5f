import Backprop
import Course
import Datasets
import Figures

func comparePlainAndResidual(_ plan: Plan, on screen: Screen) throws {
  screen.section("Does a deeper network learn better?")
  let (train, test) = plan.first(plan.isQuick ? 1600 : 12_800, tests: plan.isQuick ? 500 : 2000)
  var lesson = Lesson<Float>(train: train, test: test, rate: 0.003, seed: plan.seed)
  lesson.batch = 64
  for depth in plan.isQuick ? [1, 9] : [1, 3, 9] {
    func net<B: Layer<Float>>(_ block: (Int, inout SplitMix64) -> B) -> BlockNetwork<B> {
      blockNetwork(depth: depth, channels: 8, seed: plan.seed, block: block)
    }
    let a = lesson.run(net { plain(bareBody($0, using: &$1)) }, on: screen)
    let b = lesson.run(net { residual(bareBody($0, using: &$1)) }, on: screen)
    let c = lesson.run(net { plain(normalizedBody($0, using: &$1)) }, on: screen)
    let d = lesson.run(net { residual(normalizedBody($0, using: &$1)) }, on: screen)
    print(depth, a.lastLoss, a.accuracy, a.seconds, b.lastLoss, b.accuracy, b.seconds)
    print(depth, c.lastLoss, c.accuracy, c.seconds, d.lastLoss, d.accuracy, d.seconds)
  }
}
