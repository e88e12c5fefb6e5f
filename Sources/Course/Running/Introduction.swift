public import Core
import Guiding

extension Screen {
  /// Whose functions the chapter runs on, if not the library's; a bug with its sentence.
  public func source(_ options: ChapterOptions, of command: ChapterCommand) {
    if let bug = options.bug {
      let known = command.bugs.first { $0.name == bug }
      text("with the bug \(bug) put in:")
      for line in wrapped(known?.sentence ?? "", to: 76) { text("  " + line) }
    } else if options.mine {
      text("with your functions from exercises/")
    } else if options.solutions {
      text("with the functions from solutions/")
    }
  }
}

extension Screen {
  /// Says why a training stopped before its end, in place of what it would have come to.
  public func stopped(_ failure: TrainingFailure, of name: String = "The training") {
    for line in wrapped("\(name) stopped. \(failure).", to: 80) { text(line) }
  }
}
