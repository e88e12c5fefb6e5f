import Backprop
import Course

// Chapter 12.
extension Samples {
  static var attention: [(String, Sample)] {
    typealias Problems = Chapter12Problems
    return [
      of(Problems.graphConvolution) {
        let (nodes, inputs, outputs) = ($0.size(1...6), $0.size(1...4), $0.size(1...4))
        var edges = [(Int, Int)]()
        for i in 0..<nodes {
          for j in 0..<i where $0.once(in: 2) { edges.append((i, j)) }
        }
        let norm = $0.pick([AdjacencyNorm.rows, .symmetric])
        // Any matrix will do: a graph whose friendships are not mutual, too.
        let adjacency =
          $0.once(in: 3)
          ? $0.tensor([nodes, nodes])
          : normalizedAdjacency(nodes: nodes, edges: edges, norm)
        return GraphConvolutionQuestion(
          x: $0.tensor([nodes, inputs]), weight: $0.tensor([inputs, outputs]),
          bias: $0.tensor([outputs]), adjacency: adjacency, dy: $0.tensor([nodes, outputs]))
      },
      of(Problems.attention) {
        let front = [$0.size(1...3), $0.size(1...3)]
        let (t, d, width) = ($0.size(1...4), $0.size(1...4), $0.size(1...4))
        let isCausal = $0.once(in: 3)
        let keys = isCausal ? t : $0.size(1...5)
        var mask = isCausal ? AttentionMask.causal : .none
        if !isCausal, $0.once(in: 3) {
          var table = [[Bool]]()
          for _ in 0..<t {
            var row = $0.list(keys) { $0.once(in: 2) }
            row[$0.size(0...keys - 1)] = true
            table.append(row)
          }
          mask = .visible(table)
        }
        return AttentionQuestion(
          q: $0.tensor(front + [t, d]), k: $0.tensor(front + [keys, d]),
          v: $0.tensor(front + [keys, width]), dy: $0.tensor(front + [t, width]), mask: mask)
      },
      of(Problems.multiHead) {
        let heads = $0.size(1...3)
        let (m, t, width) = ($0.size(1...3), $0.size(1...4), heads * $0.size(1...3))
        let square = [width, width]
        return MultiHeadQuestion(
          x: $0.tensor([m, t, width]),
          parameters: HeadParameters(
            wq: $0.tensor(square), wk: $0.tensor(square), wv: $0.tensor(square),
            wo: $0.tensor(square)),
          dy: $0.tensor([m, t, width]), heads: heads, mask: $0.pick([.none, .causal]))
      },
      of(Problems.transformerBlock) {
        let heads = $0.size(1...2)
        let (m, t, width) = ($0.size(1...3), $0.size(1...3), heads * $0.size(1...3))
        let wide = $0.once(in: 3) ? width : $0.size(1...6)
        var question = TransformerQuestion(
          m, t, width, heads: heads, wide: wide, mask: $0.pick([.none, .causal]),
          seed: UInt64($0.size(0...1_000_000)))
        question.dy = $0.tensor([m * t, width])
        if $0.once(in: 4) { question.x = $0.tensor([m * t, width]) }
        return question
      },
      of(Problems.tiedOutput) {
        let (n, width, vocabulary) = ($0.size(1...5), $0.size(1...4), $0.size(1...5))
        let ids = $0.labels($0.once(in: 2) ? n : $0.size(1...6), classes: vocabulary)
        return TiedOutputQuestion(
          table: $0.tensor([vocabulary, width]), h: $0.tensor([n, width]),
          dLogits: $0.tensor([n, vocabulary]), ids: ids, dx: $0.tensor([ids.count, width]))
      },
      of(Problems.patchEmbedding) {
        let (p, width) = ($0.size(1...3), $0.size(1...3))
        let (m, c) = ($0.size(1...3), $0.size(1...3))
        let (down, across) = ($0.size(1...3), $0.size(1...3))
        return PatchQuestion(
          images: $0.tensor([m, c, down * p, across * p]),
          weight: $0.tensor([c * p * p, width]),
          dy: $0.tensor([m, 1 + down * across, width]), size: p)
      },
    ]
  }
}
