import Checking
import Checkpoints
import Core
import Datasets
import Foundation
import Running

/// Reads a network that was trained before, here or in Python, and says how it reads the test images.
///
/// `bridge.py` prints the same three lines.
func testSaved(
  _ file: URL, on images: (train: ImageData, test: ImageData), _ screen: Screen
) throws {
  let checkpoint = try Checkpoint(contentsOf: file.path)
  let digits = Samples<Float>(rows: images.train, test: images.test)
  // What a network begins with does not matter: every parameter is replaced.
  var generator = SplitMix64(seed: 0)
  var network = LibraryNetworks().network([784, 256, 128, 10], dropout: 0, using: &generator)
  try network.load(checkpoint)
  if !checkpoint.passedOver.isEmpty {
    let names = checkpoint.passedOver.map { "\($0.name) (\($0.dtype))" }.joined(separator: ", ")
    screen.text("passed over, as they are whole numbers: \(names)")
  }

  let logits = network.predict(digits.testX)  // [images, 10]
  let predicted = logits.argmaxOfRows()
  let right = zip(predicted, digits.testLabels).count { $0 == $1 }
  let loss = softmaxCrossEntropy(logits: logits, labels: digits.testLabels).loss
  screen.text("the first twenty are read as \(predicted.prefix(20).map(String.init).joined())")
  screen.text("right: \(right) of \(digits.testLabels.count)")
  screen.text("loss \(fixed(Double(loss), 5))")
}
