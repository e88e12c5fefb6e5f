import Backprop
import Course
import Datasets
import Figures

func trainResNets(_ plan: Plan, _ options: ChapterOptions, on screen: Screen) throws {
  screen.section("How well does a small residual network read?")
  var lesson = Lesson<Float>(train: plan.train, test: plan.test, rate: 0.01, seed: plan.seed)
  lesson.epochs = plan.epochs
  lesson.batch = plan.batch
  let network = blockNetwork(depth: 3, channels: 16, seed: plan.seed) {
    residual(normalizedBody($0, using: &$1))
  }
  let run = lesson.run(network, on: screen, prints: true)
  print(run.accuracy, run.seconds)
}
func explainBlocks(on screen: Screen) {}
func countResNets(on screen: Screen) {}
