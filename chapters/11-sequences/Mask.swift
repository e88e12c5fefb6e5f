import Core
import Problems11
import Running
import SequenceLayers
import TextSets

/// Two names in one batch: what counts, and what each step gets.
func showMask(_ functions: FunctionsInUse, on screen: Screen) {
  screen.section("Two names of different lengths")
  let batch = NameBatch(["lee", "ox"])
  var table = Table("", "input", "target", "mask")
  for row in 0..<2 {
    table.add(
      row == 0 ? "lee" : "ox", LetterVocabulary.text(of: batch.inputs[row]),
      LetterVocabulary.text(of: batch.targets[row]), batch.mask[row].map(String.init).joined())
  }
  screen.table(table)
  let steps = batch.mask[0].count
  let logits = Matrix(shape: [2, steps, LetterVocabulary.count])
  let (loss, gradient) = functions.maskedLoss(
    logits, targets: batch.targets, mask: batch.mask)
  let sizes = (0..<steps).map { t in
    (0..<LetterVocabulary.count).reduce(0) { $0 + abs(gradient[1, t, $1]) }
  }
  screen.text(
    """

    Before any training, all scores 0: a loss of \(fixed(loss, 4)), log 27. Of "ox", the
    absolute gradients of each step add up to \(sizes.map { fixed($0, 4) }.joined(separator: ", ")).
    """)
}
