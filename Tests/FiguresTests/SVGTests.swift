import Foundation
import Testing

@testable import Figures

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What an XML parser finds in a document.
private final class Outline: NSObject, XMLParserDelegate {
  var texts: [String: [String]] = [:]
  private var path: [String] = []

  init(_ document: String) {
    super.init()
    let parser = XMLParser(data: Data(document.utf8))
    parser.delegate = self
    isWellFormed = parser.parse()
  }

  private(set) var isWellFormed = false

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    path.append(name)
    texts[name, default: []].append("")
  }

  func parser(_ parser: XMLParser, foundCharacters characters: String) {
    guard let name = path.last, let count = texts[name]?.count else { return }
    texts[name]?[count - 1] += characters
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    path.removeLast()
  }
}

struct SVGTests {
  @Test func `every figure is well-formed and has a title and a description`() {
    for figure in TerminalTests.figures {
      let outline = Outline(figure.svg())
      #expect(outline.isWellFormed, "\(figure.title)")
      #expect(outline.texts["title"]?.count == 1)
      #expect(outline.texts["desc"]?.count == 1)
    }
  }

  @Test func `no number is NaN or infinite, and none has more than two decimals`() {
    for figure in TerminalTests.figures {
      let svg = figure.svg().replacing(/<(text|title|desc|style)[^>]*>[^<]*</, with: "")
        .replacing(/base64,[^"]*/, with: "")
      #expect(!svg.contains(/nan|inf[^o]/), "\(figure.title)")
      #expect(!svg.contains(/[0-9]\.[0-9]{3}/), "\(figure.title)")
    }
  }

  @Test func `numbers and frames are drawn where they are asked for, and only there`() {
    let svg = Samples.windows.svg()
    #expect(svg.contains(">−4</text>") && svg.contains(">3</text>"))
    #expect(svg.count(of: "<path class=\"l\" stroke=\"#0072b2\"") == 1)
    #expect(svg.count(of: "<path class=\"l s1\"") == 1)
    #expect(svg.count(of: " class=\"b\"") == 1 && svg.count(of: " class=\"p\"") == 1)
    #expect(!Samples.filters.svg().contains("<path class=\"l"))
  }

  @Test func `the same figure gives the same bytes`() {
    for (sample, again) in zip(Samples.all, Samples.all) {
      #expect(sample.figure.svg() == again.figure.svg(), "\(sample.name)")
    }
  }

  @Test func `a typical figure is below 60 kilobytes`() {
    for (name, figure) in Samples.all {
      #expect(figure.svg().utf8.count < 60_000, "\(name)")
    }
  }

  @Test func `markup in labels is escaped`() {
    let outline = Outline(
      Figure.lines("a < b & c", description: "\"quoted\" <b>", [Series("<i>", y: [1])]).svg())
    #expect(outline.isWellFormed)
    #expect(outline.texts["title"] == ["a < b & c"])
    #expect(outline.texts["desc"] == ["\"quoted\" <b>"])
    #expect(outline.texts["text"]?.contains("<i>") == true)
  }

  @Test func `dark pages have colours of their own for everything that light ones colour`() {
    let parts = svgStyle.components(separatedBy: "@media (prefers-color-scheme:dark)")
    #expect(parts.count == 2)
    for name in ["text", "t", "a", "g", "c", "o", "b", "p", "e", "s0", "s6", "f0", "f6"] {
      #expect(parts.allSatisfy { $0.contains("\(name){") || $0.contains("\(name),") }, "\(name)")
    }
  }

  @Test func `no text is smaller than 14 units`() {
    let sizes = svgStyle.matches(of: /([0-9.]+)px/).compactMap { Double($0.1) }
    #expect(!sizes.isEmpty && sizes.allSatisfy { $0 >= 14 })
  }

  @Test func `a figure is written whole into a new folder`() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("figures-\(UUID().uuidString)/deeper")
    defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
    let file = try Samples.loss.write(named: "loss", in: folder)
    #expect(file.lastPathComponent == "loss.svg")
    #expect(try String(contentsOf: file, encoding: .utf8) == Samples.loss.svg())
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["loss.svg"])
  }

  @Test func `a folder that cannot be made is named in the error`() throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("figures-\(UUID().uuidString)")
    try Data("a file".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let error = #expect(throws: FigureError.self) {
      try Samples.loss.write(named: "loss", in: file)
    }
    #expect(error?.description.contains("\(file.lastPathComponent)/loss.svg") == true)
  }
}

extension String {
  fileprivate func count(of part: String) -> Int { ranges(of: part).count }
}
