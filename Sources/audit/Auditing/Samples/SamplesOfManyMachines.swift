import Backprop
import Course

// Chapter 16.
extension Samples {
  static var manyMachines: [(String, Sample)] {
    typealias Problems = Chapter16Problems
    return [
      of(Problems.shards) { draw in
        let shards = draw.size(1...6)
        return ShardsQuestion(
          means: draw.tensor([shards, draw.size(1...5)]),
          sizes: draw.list(shards) { $0.size(1...40) })
      },
      of(Problems.ring) { draw in
        RingQuestion(vectors: draw.tensor([draw.size(1...6), draw.size(1...9)]))
      },
      of(Problems.topK) { draw in
        let n = draw.size(1...9)
        return TopKQuestion(step: draw.tensor([n]), memory: draw.tensor([n]), k: draw.size(1...n))
      },
      of(Problems.federated) { draw in
        let (clients, n) = (draw.size(1...6), draw.size(1...5))
        var sizes = draw.list(clients) { $0.once(in: 3) ? 0 : $0.size(1...40) }
        if sizes.allSatisfy({ $0 == 0 }) { sizes[draw.size(0...clients - 1)] = draw.size(1...40) }
        var weights = draw.tensor([clients, n])
        // Who has no samples may have no weights either.
        for k in 0..<clients where sizes[k] == 0 && draw.once(in: 3) {
          for j in 0..<n { weights[k, j] = .nan }
        }
        return FederatedQuestion(weights: weights, sizes: sizes)
      },
      of(Problems.privacy) { draw in
        let (m, inputs, outputs) = (draw.size(1...6), draw.size(1...4), draw.size(1...4))
        return PrivacyQuestion(
          x: draw.tensor([m, inputs]), dy: draw.tensor([m, outputs]),
          noiseW: draw.tensor([inputs, outputs]), noiseB: draw.tensor([outputs]),
          clip: draw.number(0.1...4), lot: draw.number(0.5...8))
      },
      of(Problems.maml) { draw in
        let (n, support, query) = (draw.size(1...5), draw.size(1...5), draw.size(1...5))
        return MAMLQuestion(
          w: draw.tensor([n]), supportX: draw.tensor([support, n]),
          supportY: draw.tensor([support]), queryX: draw.tensor([query, n]),
          queryY: draw.tensor([query]), rate: draw.number(0...1))
      },
    ]
  }
}
