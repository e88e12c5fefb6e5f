public import Foundation

/// A picture as a value: a title, a description, and what is drawn.
///
/// The same value is drawn in the terminal (`terminal(width:colour:)`) and as SVG (`svg()`).
public struct Figure: Sendable {
  public var title: String
  /// What the picture shows, for readers who cannot see it.
  public var description: String
  public var content: Content

  public init(_ title: String, description: String = "", _ content: Content) {
    self.title = title
    self.description = description
    self.content = content
  }

  /// The figure in Unicode characters, lines joined by newlines, none after the last.
  ///
  /// No line is longer than `width` characters; a width below 20 counts as 20. ANSI colours are
  /// added on request: they only repeat what shapes already say, and without them no escape byte
  /// is written.
  public func terminal(width: Int = 72, colour: Bool = false) -> String {
    let width = max(width, 20)
    let heading = wrap(title, width: width, lines: 3).map { TextRow($0) }
    let rows: [TextRow] =
      switch content {
      case .plot(let plot): terminalRows(of: plot, width: width)
      case .bars(let chart): terminalRows(of: chart, width: width)
      case .images(let grid): terminalRows(of: grid, width: width)
      case .heatMap(let map): terminalRows(of: map, width: width)
      case .graph(let graph): terminalRows(of: graph, width: width)
      case .stages(let stages):
        stages.flatMap { stage in
          [TextRow("")] + wrap(stage.caption, width: width, lines: 3).map { TextRow($0) }
            + terminalRows(of: stage.graph, width: width)
        }
      }
    return (heading + rows).map { $0.text(width: width, colour: colour) }
      .joined(separator: "\n")
  }

  /// The figure as an SVG document that suits light and dark pages.
  ///
  /// The same figure gives the same bytes.
  public func svg() -> String {
    var document = SVGDocument(title: title, description: description)
    switch content {
    case .plot(let plot): document.draw(plot)
    case .bars(let chart): document.draw(chart)
    case .images(let grid): document.draw(grid)
    case .heatMap(let map): document.draw(map)
    case .graph(let graph): document.draw(graph)
    case .stages(let stages):
      for stage in stages {
        document.paragraph(stage.caption)
        document.draw(stage.graph)
      }
    }
    return document.text
  }

  /// Writes the SVG to `folder/name.svg`, creates the folder, and returns the file's location.
  ///
  /// An interrupted write leaves an older file whole. A link, a device or a file with several names is
  /// written into and stays what it is; so do permissions.
  @discardableResult
  public func write(named name: String, in folder: URL) throws(FigureError) -> URL {
    let file = folder.appendingPathComponent(name + ".svg")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      var old = stat()
      let isThere = lstat(file.path, &old) == 0
      let isReplaceable = !isThere || old.st_mode & S_IFMT == S_IFREG && old.st_nlink == 1
      try Data(svg().utf8).write(to: file, options: isReplaceable ? .atomic : [])
      // The file that took its place has permissions of its own.
      if isThere && isReplaceable { _ = chmod(file.path, old.st_mode & 0o7777) }
    } catch {
      throw FigureError(path: file.path, reason: error.localizedDescription)
    }
    return file
  }
}

/// What a figure draws.
public enum Content: Sendable {
  case plot(Plot)
  case bars(BarChart)
  case images(ImageGrid)
  case heatMap(HeatMap)
  case graph(NodeGraph)
  case stages([Stage])
}

/// A figure's file could not be written.
public struct FigureError: Error, CustomStringConvertible, Sendable {
  /// The file that was to be written.
  public let path: String
  /// What the system answered.
  public let reason: String

  public var description: String {
    "The figure \(path) could not be written: \(reason) "
      + "Choose a folder that you may write to and that has room."
  }
}
