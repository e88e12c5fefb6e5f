import Checking
import Core

// What wrong gradients of region pooling have in common with the right ones: what arrives, and from which
// bins.
extension RegionPoolQuestion {
  /// Some bins of all, by their row and column, and how many there are in a row.
  private static var choices: [(name: String, isIn: (_ i: Int, _ j: Int, _ bins: Int) -> Bool)] {
    [
      ("the first row", { i, _, _ in i == 0 }), ("the last row", { i, _, bins in i == bins - 1 }),
      ("the first column", { _, j, _ in j == 0 }),
      ("the last column", { _, j, bins in j == bins - 1 }),
      ("every second row", { i, _, _ in i % 2 == 0 }),
      ("every second column", { _, j, _ in j % 2 == 0 }),
      ("all rows but the first", { i, _, _ in i > 0 }),
      ("all rows but the last", { i, _, bins in i < bins - 1 }),
      ("all columns but the first", { _, j, _ in j > 0 }),
      ("all columns but the last", { _, j, bins in j < bins - 1 }),
    ]
  }

  /// What a bin may have been given in place of its own dy.
  private static var exchanges: [(name: String, place: (Int, Int) -> (Int, Int))] {
    [
      ("[j, i]", { ($1, $0) }), ("[i, i]", { i, _ in (i, i) }), ("[j, j]", { _, j in (j, j) }),
    ]
  }

  /// The gradient where dy is another one, bin by bin.
  private func gradient(_ value: (Place) -> Double) -> Matrix {
    var other = self
    other.dy.forEachPlace { other.dy[$0] = value($0) }
    return other.dx(Rules())
  }

  static var clues: [Clue<Self, Matrix>] {
    [
      Clue { cases in
        choices.first { choice in
          cases.allSatisfy { answered in
            let (dy, bins) = (answered.input.dy, answered.input.bins)
            let some = answered.input.gradient { choice.isIn($0.2, $0.3, bins) ? dy[$0] : 0 }
            return same(answered.output, some)
          }
        }.map {
          "this is right if only \($0.name) of the bins counted: does a loop leave bins out?"
        }
      },
      Clue { cases in
        exchanges.first { exchange in
          cases.allSatisfy { answered in
            let dy = answered.input.dy
            let other = answered.input.gradient { place in
              let (i, j) = exchange.place(place.2, place.3)
              return dy[place.0, place.1, i, j]
            }
            return same(answered.output, other)
          }
        }.map { "bin [i, j] gets what belongs to bin \($0.name)" }
      },
      Clue(
        "all of dy arrives, in its own image and channel, but some of it at a wrong cell: look at the bins' "
          + "first and last rows and columns, and at the search for the largest"
      ) { $0.input.channelsThatAddUp($0.output) },
    ]
  }

  /// How many channels of all images add up to what their regions send; nil if one does not.
  private func channelsThatAddUp(_ dx: Matrix) -> Int? {
    func sums(_ x: Matrix, _ image: (Int) -> Int) -> Matrix {
      var sums = Matrix(shape: [self.x.shape[0], x.shape[1]])
      x.forEachPlace { sums[image($0.0), $0.1] += x[$0] }
      return sums
    }
    let (got, sent) = (sums(dx) { $0 }, sums(dy) { regions[$0].image })
    return same(got, sent) ? sent.scalars.count { $0 != 0 } : nil
  }
}
