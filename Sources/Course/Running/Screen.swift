import Core
public import Figures
import Foundation
import Guiding

/// What a chapter prints on, and where its figures go.
public struct Screen {
  /// Where figures are written as SVG, if anywhere.
  let folder: URL?
  let isTerminal: Bool
  let usesColour: Bool
  /// Whether all is said in words and numbers, for screen readers: no rules, columns or pictures.
  public let isPlain: Bool

  public init(_ options: ChapterOptions) {
    folder = options.figures
    isPlain = options.plain
    isTerminal = StandardOutput.isTerminal && !options.plain
    usesColour = StandardOutput.takesColour && !options.plain
  }

  /// The chapter's title, with a rule.
  public func title(_ text: String) {
    print(text)
    if !isPlain { print(String(repeating: "═", count: text.count)) }
  }

  /// The heading of a part.
  public func section(_ text: String) {
    print("\n" + text)
    if !isPlain { print(String(repeating: "─", count: text.count)) }
  }

  /// A line of text, or several.
  public func text(_ text: String) { print(text) }

  public func table(_ table: Table) { print(isPlain ? table.plain : table.text) }

  /// Draws a figure here, and writes it to the folder of figures, if one was asked for.
  public func figure(_ figure: Figure, _ name: String) throws {
    draw(figure)
    try write(figure, name)
  }

  /// Draws a figure here only: as a picture, or with --plain in words and numbers.
  public func draw(_ figure: Figure) {
    print("\n" + (isPlain ? figure.plain() : figure.terminal(width: 72, colour: usesColour)))
  }

  /// Writes a figure to the folder of figures only.
  public func write(_ figure: Figure, _ name: String) throws {
    guard let folder else { return }
    _ = try figure.write(named: name, in: folder)
  }

  /// A line that is overwritten by the next one, in a terminal; nothing elsewhere.
  public func progress(_ line: String) {
    guard isTerminal else { return }
    print("\r\u{1B}[2K" + line, terminator: "")
    fflush(nil)
  }

  /// Removes the line of progress.
  public func endProgress() { progress("") }
}
