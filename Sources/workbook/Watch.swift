import Guiding
import Foundation
import Synchronization

/// Checks at each save, until somebody leaves.
final class Watch {
  private let commands: Commands
  private var inHand: ExerciseFacts
  private var results = [String: CheckResult]()
  /// The results before the last save.
  private var before = [String: CheckResult]()
  /// What has not been checked since the last save.
  private var unchecked: Set<String>
  /// Whether the next save is our own, and what was said about it shall stay.
  private var isReset = false
  /// Whether nothing has been shown yet.
  private var isBeginning = true
  /// The functions as they were before the last save, and as they are now, by number.
  private var texts = (before: [String: String](), now: [String: String]())
  /// What the last save changed, other than the exercise in hand.
  private var changes = [CheckResult]()
  /// What stands between verdict and progress: hints, the list, help.
  private var extra: Extra?
  /// A key that was pressed while something else went on.
  private var pending: Character?
  private let hasKeys = isatty(STDIN_FILENO) == 1 && Screen.isTerminal

  private enum Extra { case hints([String], shown: Int), list, help, resetting, message(String) }

  private var all: [ExerciseFacts] { commands.folder.outline.all }
  private var saves: Saves

  init(_ commands: Commands, _ exercise: ExerciseFacts?) throws {
    self.commands = commands
    let all = commands.folder.outline.all
    guard let first = exercise ?? all.first else { throw Trouble("there are no exercises") }
    (inHand, unchecked) = (first, Set(all.map(\.id)))
    saves = Saves(commands.folder)
    for chapter in commands.folder.outline.chapters {
      texts.now.merge(saves.functions(ofChapter: chapter)) { $1 }
    }
    if hasKeys { Keys.listen() }
    Screen.passing("checking every exercise")
    checkRest()
    if exercise == nil, let next = Guide.next(in: inOrder) { inHand = next.exercise }
    isBeginning = false
    draw()
  }

  /// Waits for saves and keys; returns when somebody leaves.
  func run() throws -> Int32 {
    while true {
      if let key = pending ?? nextKey() {
        pending = nil
        guard try handle(key) else { break }
      }
      if !hasKeys { usleep(150_000) }
      redrawIfNeeded()
      if saves.isNew {
        answer()
      } else if !unchecked.isEmpty && pending == nil {
        checkRest()
      }
    }
    Keys.restore()
    Screen.print()
    return 0
  }

  private func nextKey() -> Character? {
    guard hasKeys else { return nil }
    switch Keys.next(milliseconds: 100) {
    case .key(let key): return key
    case .closed: return "q"
    case nil: return nil
    }
  }

  private func redrawIfNeeded() {
    if Screen.hasChanged.exchange(false, ordering: .relaxed), hasKeys, !isBeginning { draw() }
  }

  // MARK: Checking

  /// Answers a save, when no other has followed at once.
  private func answer() {
    let changed = saves.take()
    if case .hints = extra {} else if !isReset { extra = nil }
    (isReset, changes) = (false, [])
    // A save that interrupts the checks after another belongs to the same change.
    if unchecked.isEmpty { (before, texts.before) = (results, texts.now) }
    for chapter in changed {
      let functions = saves.functions(ofChapter: chapter)
      for exercise in commands.folder.outline.chapter(chapter) {
        texts.now[exercise.id] = functions[exercise.id]
        unchecked.insert(exercise.id)
      }
    }
    if hasKeys && !Screen.isPlain { draw() }
    let first = unchecked.contains(inHand.id) ? inHand : all.first { unchecked.contains($0.id) }
    if let first { Screen.passing("saved; checking \(first.id) \(first.name)") }
    checkRest()
  }

  /// Checks what has not been checked since the last save.
  ///
  /// The exercise in hand comes first: its verdict is shown before the others are known. A key or
  /// another save interrupts it.
  private func checkRest() {
    let rest = all.filter { unchecked.contains($0.id) && $0.id != inHand.id }
    let first = unchecked.contains(inHand.id) ? [inHand] : []
    let goOn = { [self] in
      redrawIfNeeded()
      if pending == nil, hasKeys, case .key(let key)? = Keys.next() { pending = key }
      return pending == nil && !saves.isNew
    }
    do {
      let survey = try commands.guide.survey(
        first + rest, first: first.first, isNeeded: !isBeginning, while: goOn
      ) { [self] result in
        results[result.exercise.id] = result
        unchecked.remove(result.exercise.id)
        if !isBeginning && result.exercise.id == inHand.id { draw() }
      }
      switch survey {
      case .results(let all):
        for result in all { results[result.exercise.id] = result }
      case .failed(let log):
        results[inHand.id] = CheckResult(exercise: inHand, finding: .uncompiled(log))
      case .abandoned: return
      }
    } catch {
      extra = .message("\(error)")
    }
    unchecked = []
    changes = inOrder.filter { result in
      let id = result.exercise.id
      guard id != inHand.id, let old = before[id]?.state else { return false }
      return old != result.state || result.state.isTried && texts.before[id] != texts.now[id]
    }
    if !isBeginning { draw() }
  }

  private var inOrder: [CheckResult] { all.compactMap { results[$0.id] } }

  // MARK: Keys

  /// Does what a key asks for; false if it asks to leave.
  private func handle(_ key: Character) throws -> Bool {
    if case .resetting = extra {
      extra = nil
      if key == "y" { try reset() }
      draw()
      return true
    }
    switch key {
    case "q", "\u{4}": return false
    case "n": next()
    case "h": extra = moreHints()
    case "l": extra = .list
    case "x": extra = .resetting
    case "?": extra = .help
    default: extra = nil
    }
    draw()
    return true
  }

  /// One hint more than before, from the checker if nobody has asked it yet.
  private func moreHints() -> Extra {
    let ladder = Hints(folder: commands.folder)
    do {
      let hints = try ladder.all(for: inHand, from: commands.guide)
      return .hints(hints, shown: ladder.next(for: inHand, of: hints.count))
    } catch {
      return .message("\(error)")
    }
  }

  /// Takes the next exercise in hand that is not done, after this one and round again.
  private func next() {
    extra = nil
    changes = []
    let place = all.firstIndex { $0.id == inHand.id } ?? 0
    let rest = all[(place + 1)...] + all[..<place]
    let open = rest.filter { results[$0.id]?.state != .done }
    let passedOver = open.prefix { $0.isChallenge }
    guard let next = open.first(where: { !$0.isChallenge }) ?? open.first else {
      extra = .message(
        results[inHand.id]?.state == .done
          ? "Everything is done. `swift run workbook finish` makes a page of it."
          : "This is the last one that is not done.")
      return
    }
    if !next.isChallenge, let challenge = passedOver.first {
      extra = .message(
        "\(commands.pages.title(challenge)) is left for the end; "
          + "`swift run workbook watch \(challenge.id)` takes it in hand.")
    }
    inHand = next
  }

  private func reset() throws {
    do {
      extra = .message(try commands.reset(inHand).joined(separator: "\n"))
      isReset = true
    } catch let trouble as Trouble {
      extra = .message(trouble.description)
    }
  }

  // MARK: Drawing

  /// Shows everything anew: in a terminal on a clean screen, elsewhere below what was there.
  private func draw() {
    let pages = commands.pages
    Screen.clear()
    let result = results[inHand.id]
    if unchecked.contains(inHand.id) {
      Screen.say("\(pages.title(inHand)): saved, its verdict comes", style: .bold)
    } else if let result, result.state != .notStarted {
      pages.verdict(result)
    } else {
      Screen.say(State.notStarted.marked("\(pages.title(inHand)): not started"), style: .bold)
    }
    pages.facts(inHand)
    if result?.state == .notStarted, !unchecked.contains(inHand.id) {
      Screen.say("Edit the file and save it: the verdict comes by itself.", indent: 2)
    }
    if result?.state == .done {
      let keys = hasKeys ? "n takes the next one in hand; " : ""
      Screen.say("\(keys)`swift run workbook solution \(inHand.id)` shows another way.", indent: 2)
    }
    drawChanges()
    drawExtra()
    Screen.print()
    pages.bar(done: inOrder.count { $0.state == .done }, of: all.count)
    if hasKeys {
      let gap = Screen.isPlain ? ", " : " · "
      let keys = ["n next", "h hint", "l list", "x reset", "q quit", "? help"]
      Screen.say(keys.joined(separator: gap), style: .faint)
    } else {
      Screen.say("Waiting for the next save; Ctrl-C ends this.", style: .faint)
    }
  }

  /// What else the last save has changed, with the reason where something is not right.
  private func drawChanges() {
    guard !changes.isEmpty else { return }
    Screen.print()
    var told = Set<String>()
    for result in changes.prefix(6) {
      let (state, id) = (result.state, result.exercise.id)
      let old = before[id].map(\.state)
      let change = old == state ? "still \(state.rawValue)" : state.rawValue
      let was = old.map { $0 == state ? "" : ", was \($0.rawValue)" } ?? ""
      Screen.say(state.marked("\(id) \(result.exercise.name): \(change)\(was)"))
      // One message of the compiler may concern a whole chapter.
      guard state.isTried, told.count < 2, told.insert(result.finding.text).inserted else {
        continue
      }
      let lines = result.finding.text.split(separator: "\n")
      for line in lines.prefix(4) { Screen.say(String(line), indent: 4) }
      if lines.count > 4 { Screen.say("`swift run workbook check \(id)` has the rest", indent: 4) }
    }
    if changes.count > 6 { Screen.say("and \(changes.count - 6) more; l lists them") }
  }

  private func drawExtra() {
    guard let extra else { return }
    Screen.print()
    switch extra {
    case .hints(let hints, let shown):
      Hints.show(hints.prefix(shown))
      let rest = hints.count - shown
      Screen.say(
        rest > 0 ? "h shows \(rest) more, one at a time" : "that was the last", style: .faint)
    case .list:
      for result in inOrder {
        commands.pages.line(result, isMarked: result.exercise.id == inHand.id)
      }
      Screen.say("`watch ID` takes any of them in hand.", style: .faint)
    case .help:
      Screen.say(
        """
        n  take the next exercise in hand; nothing is lost, an open one comes round again
        h  one more hint
        l  every exercise and its state
        x  put this function back to its beginning; your text is kept
        q  quit
        Edit the file and save it: the verdict comes by itself.
        """)
    case .resetting:
      Screen.say(
        "Put \(inHand.id) \(inHand.name) back to its beginning? y does it, any other key not.")
    case .message(let text): Screen.say(text)
    }
  }
}
