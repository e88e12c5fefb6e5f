import Exercises10
import Problems10
import Running
import Solutions10

let command = ChapterCommand(
  10, "Chapter 10, embeddings: which two belong together?",
  uses: ["10.1", "10.2", "10.3", "10.4", "10.5", "10.6"],
  of: [
    ChapterModules(Chapter10Problems.self, Exercises10.Answers.self, Solutions10.Answers.self)
  ])

command.run { options, source in
  let screen = Screen(options)
  let functions = FunctionsInUse(source)
  let plan = Plan(options)
  screen.title("Chapter 10 · Embeddings")
  screen.source(options, of: command)
  if case .bug(let name) = source {
    try showBug(name, functions, plan, on: screen)
    return
  }
  try showTable(functions, plan, on: screen)
  try showArrows(functions, on: screen)
  let faces = try Faces(plan)
  let network = try showOneShot(functions, faces, plan, on: screen)
  try showCollapse(functions, faces, plan, on: screen)
  try showTracks(network, faces, plan, on: screen)
  try showWords(functions, plan, on: screen)
  try showRatings(functions, plan, on: screen)
  try showTransfer(faces, plan, on: screen)
}
