import Foundation
import Guiding
import Synchronization

/// Does what the command line asks for.
func run(_ request: Request) throws -> Int32 {
  if request.command == "help" {
    Screen.print(Request.usage(width: Screen.width))
    return 0
  }
  let commands = try Commands(request)
  let outline = commands.folder.outline
  switch request.command {
  case "check":
    return try commands.check(
      request.exercises(in: outline), named: !request.words.isEmpty,
      anew: request.flags.contains("--fresh"))
  case "watch": return try Watch(commands, request.exercise(in: outline)).run()
  case "hint":
    return try commands.hint(request.exercise(in: outline), all: request.flags.contains("--all"))
  case "list": return commands.list()
  case "doctor": return commands.doctor()
  case "finish": return try commands.finish(quick: request.flags.contains("--quick"))
  case "report": return try commands.report(asJSON: request.flags.contains("--json"))
  case "stubs":
    return try commands.stubs(
      checkOnly: request.flags.contains("--check"), unasked: request.flags.contains("--yes"))
  case "solution", "reset":
    guard let exercise = try request.exercise(in: outline) else { return 64 }
    if request.command == "solution" {
      return try commands.solution(exercise, peek: request.flags.contains("--peek"))
    }
    for sentence in try commands.reset(exercise) { Screen.say(sentence) }
    return 0
  default: return try commands.map()
  }
}

let signals =
  Processes.handleSignals { Keys.restore() } + [
    Processes.handle(SIGTSTP) { Keys.pause() },
    Processes.handle(SIGCONT) {
      Keys.resume()
      Screen.hasChanged.store(true, ordering: .relaxed)
    },
    Processes.handle(SIGWINCH) { Screen.hasChanged.store(true, ordering: .relaxed) },
  ]
do {
  let status = try run(Request(Array(CommandLine.arguments.dropFirst())))
  Processes.leave(status)
} catch let trouble as Trouble {
  Screen.complain(trouble.description)
  Processes.leave(trouble.status)
} catch {
  Screen.complain("\(error)")
  Processes.leave((error as? CannotStart)?.exitCode ?? 1)
}
