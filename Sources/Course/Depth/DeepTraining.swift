public import Backprop

extension DeepNetwork {
  /// One step of gradient descent on a mini-batch, with softmax cross-entropy; the loss before it.
  public mutating func step(_ x: Matrix, labels: [Int], rate: Double) -> Double {
    let pass = forward(x)
    let (loss, dLogits) = softmaxCrossEntropy(logits: pass.output, labels: labels)
    guard loss.isFinite else { return loss }
    let gradients = backward(dLogits, pass)
    for layer in weights.indices { weights[layer] -= rate * gradients.weights[layer] }
    for layer in norms.indices {
      norms[layer].gamma -= rate * gradients.norms[layer].gamma
      norms[layer].beta -= rate * gradients.norms[layer].beta
      norms[layer].follow(pass.sums[layer])
    }
    return loss
  }

  /// Trains on mini-batches, and returns the loss of each step; stops where it is no number.
  public mutating func train(
    on x: Matrix, labels: [Int], batch: Int, steps: Int, rate: Double, seed: UInt64
  ) -> [Double] {
    var generator = SplitMix64(seed: seed)
    var losses = [Double]()
    while losses.count < steps {
      for places in Batches(of: labels.count, size: batch, using: &generator)
      where losses.count < steps && places.count == batch {
        let loss = step(x.rows(places), labels: places.map { labels[$0] }, rate: rate)
        losses.append(loss)
        if !loss.isFinite { return losses }
      }
    }
    return losses
  }

  /// The share of samples that it classifies rightly.
  public func accuracy(on x: Matrix, labels: [Int], _ statistics: Statistics) -> Double {
    Backprop.accuracy(predicted: forward(x, statistics).output.argmaxOfRows(), actual: labels)
  }

  /// How many units of each layer are 0 for every sample.
  public func deadUnits(on x: Matrix, _ statistics: Statistics = .batch) -> [Int] {
    forward(x, statistics).activations.map { h in
      var highest = [Double](repeating: 0, count: h.columns)
      for (place, value) in h.scalars.enumerated() {
        highest[place % h.columns] = max(highest[place % h.columns], abs(value))
      }
      return highest.count { $0 == 0 }
    }
  }
}
