import Foundation

/// A file's lines and what ends each: a line feed, a return and a line feed, or a return alone.
///
/// A changed file keeps the ends that it had, so that neither an editor nor `git diff` sees more
/// than the change. Swift takes a return and a line feed for one character: a text with them cannot
/// be split at line feeds.
public struct SourceLines {
  /// The lines, without their ends.
  public private(set) var lines = [String]()
  /// What ends each line: nothing at the end of a file that stops in the middle of a line.
  private var ends = [String]()

  public init(_ source: String) {
    // The C library looks for the ends: letter by letter, the guide's map would take twice as long.
    var source = source
    source.withUTF8 { bytes in
      /// The place of a byte from some place on; the end where it does not follow.
      func next(_ byte: UInt8, from start: Int) -> Int {
        guard start < bytes.count, let base = bytes.baseAddress,
          let found = memchr(base + start, Int32(byte), bytes.count - start)
        else { return bytes.count }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
      }
      let (feed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
      var start = 0
      var (nextFeed, nextReturn) = (next(feed, from: 0), next(carriageReturn, from: 0))
      while start < bytes.count {
        let stop = min(nextFeed, nextReturn)
        var after = min(stop + 1, bytes.count)
        if stop == nextReturn, nextFeed == after, after < bytes.count { after += 1 }
        lines.append(String(decoding: bytes[start..<stop], as: UTF8.self))
        ends.append(String(decoding: bytes[stop..<after], as: UTF8.self))
        start = after
        if nextFeed < start { nextFeed = next(feed, from: start) }
        if nextReturn < start { nextReturn = next(carriageReturn, from: start) }
      }
    }
  }

  /// The file, letter by letter.
  public var source: String { text(of: lines.indices) }

  /// Some of its lines, letter by letter.
  public func text(of range: Range<Int>) -> String {
    zip(lines[range], ends[range]).map { $0 + $1 }.joined()
  }

  /// The end that most lines have; a line feed where none has one.
  public var usualEnd: String {
    let counts = Dictionary(grouping: ends.filter { !$0.isEmpty }) { $0 }.mapValues(\.count)
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? "\n"
  }

  /// Puts other lines in the place of some, with the ends that those had.
  public mutating func replace(_ range: Range<Int>, with new: [String]) {
    let end = ends[range].first { !$0.isEmpty } ?? usualEnd
    var newEnds = [String](repeating: end, count: new.count)
    if range.upperBound == lines.count, let last = ends.last, !newEnds.isEmpty {
      newEnds[newEnds.count - 1] = range.isEmpty ? end : last
    }
    if range.lowerBound > 0, ends[range.lowerBound - 1].isEmpty { ends[range.lowerBound - 1] = end }
    lines.replaceSubrange(range, with: new)
    ends.replaceSubrange(range, with: newEnds)
  }
}

extension String {
  /// The lines of a text, whatever ends them.
  public var sourceLines: [String] { SourceLines(self).lines }

  /// The text with line feeds between its lines: what two files have in common whose ends differ.
  public var withLineFeeds: String {
    replacing("\r\n", with: "\n").replacing("\r", with: "\n")
  }
}
