import Checking
import Core
import Figures
import Running
import SequenceLayers
import SequenceSets
import TextSets

/// The wrong-gradient theatre: what a known mistake does where its function is used.
func showBug(
  _ name: String, _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  let exercise = command.exercise(withBug: name)
  screen.text("It is put into \(exercise?.id ?? ""), \(exercise?.name ?? "").")
  let right = FunctionsInUse(.library)
  let small = { SmallNetworks($0, steps: options.quick ? 30 : 120, seed: options.seed) }
  switch exercise?.id {
  case "11.2":
    showGradientChecks(functions, options, on: screen)
    try compare(on: screen, "names, an LSTM of 16 units") {
      try small($0 ? functions : right).names()
    }
  case "11.3":
    showGradientChecks(functions, options, on: screen)
    try compare(on: screen, "opinions, a GRU of 12 units") {
      try small($0 ? functions : right).opinions()
    }
  case "11.5":
    showGradientChecks(functions, options, on: screen)
    try compare(on: screen, "a series, three convolutions") {
      try small($0 ? functions : right).series()
    }
  case "11.4": try compareTranslation(functions, right, options, on: screen)
  case "11.6": try compareListening(functions, right, options, on: screen)
  default: try compareNames(functions, right, options, on: screen)
  }
}

/// The losses of two trainings that differ in one function.
private func compare(
  on screen: Screen, _ task: String, losses: (_ isWrong: Bool) throws -> [Double]
) throws {
  screen.section("Does it still learn? \(task)")
  var table = Table("", "begins", "halfway", "ends")
  var series = [Series]()
  for (name, isWrong) in [("with the bug", true), ("right", false)] {
    let curve = try losses(isWrong)
    table.add(
      name, fixed(curve[0], 3), fixed(curve[curve.count / 2], 3), fixed(curve[curve.count - 1], 3))
    series.append(Series(name, y: curve, from: 1))
  }
  screen.table(table)
  try screen.figure(
    .lines(
      "Training loss with the bug and without", description: "Two training curves.",
      x: "tenths of the training", y: "loss", series), "bug")
}

private func compareNames(
  _ wrong: FunctionsInUse, _ right: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  showMask(wrong, on: screen)
  let (train, _) = Surnames.split(try Surnames.load(), seed: options.seed)
  try compare(on: screen, "names") { isWrong in
    var model = NameModel(width: 8, hidden: 16, seed: options.seed)
    return try model.train(
      on: train, steps: options.quick ? 30 : 150, batch: 16, rate: 0.02, seed: options.seed,
      isWrong ? wrong : right)
  }
}

private func compareTranslation(
  _ wrong: FunctionsInUse, _ right: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  let plan = TranslationPlan(
    steps: options.quick ? 12 : 100, batch: 16, unseen: 50,
    seed: options.seed)
  try compare(on: screen, "dates, \(plan.steps) steps") {
    try plan.train(attends: true, $0 ? wrong : right, on: screen).curve
  }
}

private func compareListening(
  _ wrong: FunctionsInUse, _ right: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  showAlignments(wrong, on: screen)
  var generator = SplitMix64(seed: options.seed &+ 41)
  let train = Recordings(16, using: &generator)
  try compare(on: screen, "vowels") { isWrong in
    var drawing = SplitMix64(seed: options.seed)
    let network = ears(
      CausalConv1d<Float>(Spectrogram.bands, 16, taps: 3, using: &drawing)
        .then(Activation<Float>.relu)
        .then(CausalConv1d(16, Vowels.classCount, taps: 1, .glorot, using: &drawing)))
    return try listen(
      network, steps: options.quick ? 10 : 100, rate: 0.01, train, train, isWrong ? wrong : right,
      options, on: screen
    ).curve
  }
}
