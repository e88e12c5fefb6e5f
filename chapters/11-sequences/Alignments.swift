import Core
import Problems11
import Running
import SequenceLayers

/// Two frames and one label: all paths, and what CTC makes of them.
func showAlignments(_ functions: FunctionsInUse, on screen: Screen) {
  screen.section("All paths that are read as \"a\"")
  var table = Table("path", "read as", "probability")
  for first in 0..<2 {
    for second in 0..<2 {
      let path = [first, second]
      let read = ctcBestPath(
        logits: Tensor(rows: path.map { [$0 == 0 ? 1.0 : 0, $0 == 1 ? 1 : 0] })
          .reshaped([2, 1, 2]))[0]
      table.add(
        path.map { $0 == 0 ? "-" : "a" }.joined(), read.isEmpty ? "nothing" : "a", fixed(0.25, 2))
    }
  }
  screen.table(table)
  let logits = Matrix(shape: [2, 1, 2])
  let (loss, _) = SequenceLayers.ctc(logits: logits, labels: [[1]])
  let occupation = ctcOccupation(logits: logits.reshaped([2, 2]), label: [1])
  let gradient = (try? functions.ctc(CTCQuestion(logits: logits, labels: [[1]]))) ?? logits
  screen.text(
    """

    p = \(fixed(Double.exp(-loss), 2)), the loss is \(fixed(loss, 4)). The share of p that says "a" in the first frame
    is \(fixed(occupation[0, 1], 4)), so its score gets 0.5 - \(fixed(occupation[0, 1], 4)) = \(fixed(gradient.scalars[1], 4)).
    """)
}
