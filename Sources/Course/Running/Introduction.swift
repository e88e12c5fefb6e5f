extension Screen {
  /// Says whose functions a chapter runs on, and which mistake is put in, if one is.
  public func introduce(_ options: ChapterOptions, chapter: Int) {
    let file = "Chapter0\(chapter).swift"
    if let bug = options.bug {
      let known = Catalogue.chapter(chapter).flatMap(\.wrongAnswers).first { $0.name == bug }
      text("with the bug \(bug) put in:")
      for line in wrapped(known?.sentence ?? "", to: 76) { text("  " + line) }
    } else if options.mine {
      text("with your functions from exercises/\(file)")
    } else if options.solutions {
      text("with the functions from solutions/\(file)")
    }
  }
}

/// A sentence in lines of some width, broken between words.
private func wrapped(_ sentence: String, to width: Int) -> [String] {
  sentence.split(separator: " ").reduce(into: [String]()) { lines, word in
    if let last = lines.last, last.count + 1 + word.count <= width {
      lines[lines.count - 1] = last + " " + word
    } else {
      lines.append(String(word))
    }
  }
}
