import Course

/// Says whose functions are running, if not the library's.
func introduce(_ options: ChapterOptions, on screen: Screen) {
  if let bug = options.bug {
    screen.text("with the bug \(bug) put in:")
    for known in Catalogue.chapter(3).flatMap(\.wrongAnswers) where known.name == bug {
      screen.text(indented(known.sentence, first: "  ", rest: "  "))
    }
  } else if options.mine {
    screen.text("with your functions from exercises/Chapter03.swift")
  } else if options.solutions {
    screen.text("with the functions from solutions/Chapter03.swift")
  }
}

/// A text in lines of at most 80 characters, the first and the others led by what is given.
func indented(_ text: String, first: String, rest: String) -> String {
  var lines = [first]
  for word in text.split(separator: " ") {
    let line = lines[lines.count - 1]
    let begins = line == first || line == rest
    if !begins && line.count + 1 + word.count > 80 {
      lines.append(rest + word)
    } else {
      lines[lines.count - 1] += (begins ? "" : " ") + word
    }
  }
  return lines.joined(separator: "\n")
}
