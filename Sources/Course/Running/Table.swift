import Foundation

/// Rows of text in columns: the first column left, the others right.
public struct Table {
  private var rows: [[String]]

  public init(_ header: String...) { rows = [header] }

  public init(header: [String]) { rows = [header] }

  public mutating func add(_ cells: String...) { rows.append(cells) }

  public mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The lines of the table, with a rule under the header.
  public var text: String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      let padded = cells.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }
      var text = padded.joined(separator: "  ")
      while text.last == " " { text.removeLast() }
      return text
    }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    return ([line(rows[0]), rule] + rows.dropFirst().map(line)).joined(separator: "\n")
  }
}

extension Table {
  /// The same for a screen reader: a row is a line, and each value follows its column's name.
  public var plain: String {
    let header = rows[0]
    return rows.dropFirst().map { row in
      let first = [header.first ?? "", row.first ?? ""].filter { !$0.isEmpty }
      let rest = row.enumerated().dropFirst().filter { !$0.element.isEmpty }.map { column, cell in
        column < header.count && !header[column].isEmpty ? "\(header[column]) \(cell)" : cell
      }
      return first.joined(separator: " ") + ": " + rest.joined(separator: "; ")
    }.joined(separator: "\n")
  }
}

/// A number with a fixed number of decimals, such as 0.2500.
public func fixed(_ x: Double, _ decimals: Int) -> String {
  unsigned(String(format: "%.\(decimals)f", x))
}

/// A zero and a NaN without the sign that they may carry: which one they get depends on the machine.
private func unsigned(_ text: String) -> String {
  text.hasPrefix("-") && !text.contains { "123456789i".contains($0) }
    ? String(text.dropFirst()) : text
}

/// A number with some significant digits, such as 1.4e-10 or 0.25.
public func significant(_ x: Double, _ digits: Int) -> String {
  unsigned(String(format: "%.\(digits)g", x))
}

/// A share as a percentage, such as 97.95 %.
public func percent(_ share: Double, _ decimals: Int = 2) -> String {
  fixed(100 * share, decimals) + " %"
}

/// A whole number with commas: 61,706.
public func grouped(_ number: Int) -> String {
  let digits = Array("\(number)".reversed())
  let groups = stride(from: 0, to: digits.count, by: 3).map {
    String(digits[$0..<min($0 + 3, digits.count)].reversed())
  }
  return groups.reversed().joined(separator: ",")
}
