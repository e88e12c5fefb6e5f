import Guiding

/// What the program was asked for.
struct Options {
  var compare = false
  var json = false
  var check = false
  var record = false
  var quick = false
  var memoryRun = false
  var help = false
  var only: String?

  static let usage = """
    The speed of the library on this machine.

    usage: swift run benchmark [options]
      --compare      run PyTorch, NumPy and a Python engine beside, in turn
      --json         print JSON instead of Markdown
      --quick        three short rounds instead of nine
      --only WORD    only the lines with this word in their name
      --check        compare the kernels with their textbook loops, as stored in ratios.json
      --record       store those ratios anew
      --help         print this
    """

  /// Reads a command line; what it does not know is an error.
  init(_ arguments: [String]) throws(UsageFailure) {
    var words = CommandWords(arguments)
    while let word = words.next() {
      switch word {
      case "--compare": compare = true
      case "--json": json = true
      case "--quick": quick = true
      case "--check": check = true
      case "--record": record = true
      case "--memory-run": memoryRun = true
      case "--help", "-h": help = true
      case "--only":
        guard let value = words.value() else { throw UsageFailure("--only needs a word") }
        only = value
      default: throw UsageFailure("there is no option \(word)")
      }
    }
  }
}

struct UsageFailure: Error, CustomStringConvertible {
  let description: String

  init(_ sentence: String) { description = "benchmark: \(sentence)\n\(Options.usage)" }
}
