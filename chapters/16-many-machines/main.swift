import Exercises16
import Problems16
import Running
import Solutions16

let command = ChapterCommand(
  16, "Chapter 16, many machines: one gradient, in many places.",
  uses: ["16.1", "16.3", "16.4", "16.5"],
  of: [
    ChapterModules(Chapter16Problems.self, Exercises16.Answers.self, Solutions16.Answers.self)
  ], trains: true,
  more: "longer trainings with clients, and a sweep of what is sent", opensMPI: true)

command.run { options, source in
  let screen = Screen(options)
  let plan = Plan(options)
  if options.mpi { return try trainUnderMPI(plan, options, on: screen) }
  let functions = FunctionsInUse(source)
  screen.title("Chapter 16 · Many machines")
  screen.source(options, of: command)
  let digits = try Digits(plan, from: options.data)
  if options.load != nil { return try trainOnRanks(digits, plan, options, on: screen) }
  if case .bug(let name) = source {
    try showBug(name, functions, digits, plan, on: screen)
    return
  }
  try showShards(functions, digits, plan, on: screen)
  try trainInShards(functions, digits, plan, on: screen)
  if functions.isLibrary {
    showRing(on: screen)
    try trainOnRanks(digits, plan, options, on: screen)
    showLimitsOfRanks(on: screen)
    try showStaleness(digits, plan, on: screen)
  }
  try showCompression(functions, digits, plan, on: screen)
  try showFederation(functions, digits, plan, on: screen)
  try showPrivacy(functions, digits, plan, on: screen)
  if functions.isLibrary {
    try showHalfPrecision(digits, plan, on: screen)
    try showSines(plan, on: screen)
  }
}
