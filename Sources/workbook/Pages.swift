import Guiding
import Foundation

/// What the guide prints about exercises and their results.
struct Pages {
  let folder: Folder

  /// The whole course in a screen: a line a chapter, the exercises of those begun, and what is next.
  func map(_ results: [CheckResult]) {
    Screen.print(Screen.styled("Backprop Workbook", .bold))
    bar(results)
    Screen.print()
    let next = Guide.next(in: results)
    for chapter in chapters(results) {
      part(before: chapter.number)
      let done = chapter.results.count { $0.state == .done }
      let signs = chapter.results.map { Screen.styled($0.state.sign, $0.state.style) }
      let title = folder.title(chapter.number)
      let tail = "\(done) of \(chapter.results.count)"
      let room = Screen.width - chapter.results.count - tail.count - 4
      if Screen.isPlain {
        Screen.say("\(title): \(tail)")
      } else if room >= title.count {
        let gap = String(repeating: " ", count: max(0, min(room, 42) - title.count))
        Screen.print("\(title)\(gap)  \(signs.joined())  \(tail)")
      } else {
        Screen.say(title)
        Screen.print("    \(signs.joined())  \(tail)")
      }
      let isInHand = next?.exercise.chapter == chapter.number
      // All of the chapter in hand; of others what was begun.
      for result in chapter.results where isInHand || result.state.isTried {
        line(result, indent: 4)
      }
    }
    Screen.print()
    let states = State.allCases.filter { state in results.contains { $0.state == state } }
    if !Screen.isPlain {
      let legend = states.map { "\($0.sign) \($0.rawValue)" }.joined(separator: ", ")
      Screen.say(legend, style: .faint)
      Screen.print()
    }
    guard let next else { return finished() }
    if !Part.isOne(next.exercise.chapter), Finish.missing(in: results).isEmpty {
      Screen.say("All of part one is done, and all of it is yours.", style: .good)
      Screen.say("`swift run workbook finish` measures it, and makes a page.")
      Screen.print()
    }
    self.next(next)
  }

  /// A heading before the first chapter of a part, once the course has two.
  func part(before chapter: Int) {
    guard let title = Part.title(before: chapter, in: folder.outline) else { return }
    if chapter > 1 { Screen.print() }
    Screen.say(title, style: .bold)
  }

  /// One line: sign, number, name, state.
  func line(_ result: CheckResult, indent: Int = 0, isMarked: Bool = false) {
    let exercise = result.exercise
    guard !Screen.isPlain else {
      let mark = isMarked ? ", in hand" : ""
      return Screen.say("\(title(exercise)): \(result.state.rawValue)\(mark)", indent: indent)
    }
    let star = exercise.isChallenge ? " ★" : ""
    let name = "\(exercise.id) \(exercise.name)\(star)"
    let margin = String(repeating: " ", count: indent)
    let mark = isMarked ? "  ← in hand" : ""
    let gap = String(repeating: " ", count: max(2, 40 - name.count))
    let full = "\(name)\(gap)\(result.state.rawValue)\(mark)"
    let room = Screen.width - indent - 2
    let shown = full.count <= room ? full : cut("\(name)\(isMarked ? " ←" : "")", to: room)
    Screen.print(margin + Screen.styled("\(result.state.sign) \(shown)", result.state.style))
  }

  /// How much is done.
  func bar(_ results: [CheckResult]) {
    bar(done: results.count { $0.state == .done }, of: results.count)
  }

  func bar(done: Int, of total: Int) {
    let words = " \(done) of \(total) done"
    guard !Screen.isPlain else { return Screen.say("\(done) of \(total) done") }
    let room = max(5, min(50, Screen.width - words.count - 3))
    let filled = total == 0 ? 0 : room * done / total
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: room - filled)
    Screen.print("[\(bar)]\(words)")
  }

  /// The next exercise: where it is, how long it takes, what to read, and how it stands.
  private func next(_ result: CheckResult) {
    let exercise = result.exercise
    let verb = result.state.isTried ? "In hand" : "Next"
    Screen.say("\(verb): \(title(exercise))", style: .bold)
    facts(exercise)
    if result.state.isTried {
      Screen.print()
      verdict(result)
    }
    Screen.print()
    let command = "swift run workbook"
    Screen.say("`\(command) watch` checks at each save; `\(command) hint` helps.", style: .faint)
  }

  func title(_ exercise: ExerciseFacts) -> String {
    "\(exercise.id) \(exercise.name)\(exercise.isChallenge ? " ★ (a challenge)" : "")"
  }

  /// Where an exercise is, what it asks of you, and what to read.
  func facts(_ exercise: ExerciseFacts) {
    Screen.say(folder.place(of: exercise), indent: 2)
    Screen.say(
      "about \(exercise.minutes) minutes, difficulty \(exercise.difficulty) of 5", indent: 2)
    if let lesson = folder.lesson(exercise.chapter) {
      Screen.say("lesson: \(lesson), \"\(exercise.section)\"", indent: 2)
    }
  }

  /// A result in full: the verdict, and what the function printed.
  ///
  /// On a screen it leaves some lines to what stands around it.
  func verdict(_ result: CheckResult, reserved: Int = 12) {
    let heading = result.state.marked("\(title(result.exercise)): \(result.state.rawValue)")
    Screen.say(heading, style: result.state.style)
    switch result.finding {
    case .verdict(.passed): break
    case .verdict(.todo(let place)): Screen.say(place, indent: 2)
    case .verdict(.wrong(let text)), .verdict(.stopped(let text)), .verdict(.timedOut(let text)):
      Screen.say(text, indent: 2)
    case .leftTodo(let text): Screen.say(text, indent: 2)
    case .uncompiled(let text): code(text, room: max(8, Screen.rows - reserved))
    }
    let lines = result.printed.split(separator: "\n")
    guard !lines.isEmpty else { return }
    Screen.print("  it printed:")
    for line in lines.prefix(20) { Screen.print("  | " + visible(line, room: Screen.width - 4)) }
    if lines.count > 20 { Screen.print("  | … and \(lines.count - 20) lines more") }
  }

  /// Lines of source, which are cut, not wrapped; in a terminal as many as there is room for: the
  /// first error is shown, and the rest is counted.
  func code(_ text: String, room: Int = .max) {
    let isMessage = { (line: String) in line.contains(": error: ") || !line.contains(/^ *\d* *[|:]/)
    }
    let blocks = text.split(separator: "\n\n", omittingEmptySubsequences: false).map { block in
      block.split(separator: "\n").map(String.init).flatMap { line in
        isMessage(line)
          ? wrap(line, width: Screen.width, indent: 2)
          : ["  " + visible(line[...], room: Screen.width - 2)]
      }
    }
    var (shown, count) = ([String](), 0)
    for block in blocks {
      let isLast = count == blocks.count - 1
      guard count == 0 || shown.count + 1 + block.count + (isLast ? 0 : 2) <= room else { break }
      shown += (count == 0 ? [] : [""]) + block
      count += 1
    }
    // What the message says stands in its first line; the drawing below it may be cut.
    if shown.count > room { shown = shown.prefix(room - 1) + ["  …"] }
    for line in shown { Screen.print(line) }
    guard count < blocks.count else { return }
    let rest = blocks.count - count
    Screen.print()
    Screen.say("… and \(rest) more \(rest == 1 ? "error" : "errors")", indent: 2)
  }

  /// A line of somebody else's text: nothing in it can move the cursor.
  private func visible(_ line: Substring, room: Int) -> String {
    let scalars = line.replacing("\t", with: "  ").unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return cut(String(text), to: Screen.isTerminal ? room : 400)
  }

  private func finished() {
    Screen.say("Everything is done, and everything is yours.", style: .good)
    Screen.say("`swift run workbook finish` measures what your functions can do, and makes a page.")
  }

  private func chapters(_ results: [CheckResult]) -> [(number: Int, results: [CheckResult])] {
    Dictionary(grouping: results) { $0.exercise.chapter }.sorted { $0.key < $1.key }
      .map { ($0.key, $0.value) }
  }
}

extension Screen {
  /// How many lines fit; where nobody looks, as many as there are.
  static var rows: Int {
    var size = winsize()
    guard isTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else {
      return .max
    }
    return Int(size.ws_row)
  }
}
