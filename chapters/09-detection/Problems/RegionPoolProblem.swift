public import Checking
public import Core
public import Detection

/// Feature maps, regions of them, and the gradient that arrives at what is pooled.
public struct RegionPoolQuestion: Question {
  /// Feature maps, `[m, channels, height, width]`.
  public var x: Matrix
  /// ∂loss/∂y, `[regions, channels, P, P]`.
  public var dy: Matrix
  public var regions: [Region]

  public init(x: Matrix, dy: Matrix, regions: [Region]) {
    (self.x, self.dy, self.regions) = (x, dy, regions)
  }

  /// Regions as rows of image, x₁, y₁, x₂, y₂.
  fileprivate init(_ shape: [Int], bins: Int, _ rows: [[Int]], seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    let x = Matrix(shape: shape, using: &generator)
    let dy = Matrix(shape: [rows.count, shape[1], bins, bins], using: &generator)
    self.init(x: x, dy: dy, regions: rows.map(Self.region))
  }

  private static func region(_ row: [Int]) -> Region {
    Region(image: row[0], x1: row[1], y1: row[2], x2: row[3], y2: row[4])
  }

  public static var counts: [(name: String, path: KeyPath<Self, Int>)] { [("bins", \.bins)] }
  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("dy", \.dy)]
  }
  public var tensors: [(name: String, value: Matrix)] {
    let rows = regions.map { [$0.image, $0.x1, $0.y1, $0.x2, $0.y2].map { Double($0) } }
    return [("x", x), ("dy", dy), ("regions", Matrix(rows: rows))]
  }
  public var summary: String {
    "x \(x.shape), dy \(dy.shape), regions (image, x1, y1, x2, y2) "
      + regions.prefix(4).map { "(\($0.image), \($0.x1), \($0.y1), \($0.x2), \($0.y2))" }
      .joined(separator: " ") + (regions.count > 4 ? " …" : "")
  }
  public var label: String { "x \(x.shape), \(regions.count) region(s), \(bins)×\(bins) bins" }

  /// P.
  public var bins: Int { dy.shape[2] }

  public var others: [Self] {
    func changed(_ change: (inout Region) -> Void) -> Self {
      var other = self
      for r in regions.indices { change(&other.regions[r]) }
      return other
    }
    let (m, height, width) = (x.shape[0], x.shape[2], x.shape[3])
    return [
      changed { $0.image = ($0.image + 1) % m },
      changed { if $0.y2 < height { ($0.y1, $0.y2) = ($0.y1 + 1, $0.y2 + 1) } },
      changed { if $0.x2 < width { ($0.x1, $0.x2) = ($0.x1 + 1, $0.x2 + 1) } },
      changed { if $0.x1 > 0 { $0.x1 -= 1 } },
      changed { if $0.y1 > 0 { $0.y1 -= 1 } },
      changed { $0.x2 = min(width, $0.x2 + 1) },
      changed { $0.y2 = min(height, $0.y2 + 1) },
    ].filter { $0.regions != regions }
  }

  /// Two images with regions that overlap and do not divide evenly, one image, regions smaller than the
  /// bins are many, a single cell, one bin; then ties.
  fileprivate static var cases: [Case<Self>] {
    [
      Case(
        Self(
          [3, 2, 6, 7], bins: 2,
          [[1, 1, 0, 6, 5], [0, 2, 1, 5, 4], [1, 3, 2, 7, 6], [2, 0, 3, 3, 6]], seed: 971)),
      Case(Self([2, 2, 5, 5], bins: 3, [[1, 0, 0, 5, 5], [0, 1, 1, 5, 3]], seed: 972)),
      Case(Self([1, 1, 4, 6], bins: 2, [[0, 1, 1, 6, 4]], seed: 973)),
      Case(
        Self(
          [2, 1, 4, 3], bins: 3, [[0, 1, 2, 2, 3], [1, 0, 0, 2, 4], [1, 1, 0, 3, 2]], seed: 974)),
      Case(Self([2, 3, 3, 4], bins: 1, [[1, 0, 1, 4, 3], [0, 2, 0, 4, 2]], seed: 975)),
      ties, Case(negative),
      Case(
        Self(
          [2, 2, 5, 4], bins: 2, [[1, 0, 1, 3, 4], [0, 1, 0, 4, 5], [1, 2, 2, 3, 5]], seed: 978)
      ).rounded("dy"),
    ]
  }

  /// Few different numbers, so that most bins have several that are largest.
  private static var ties: Case<Self> {
    var question = Self(
      [2, 2, 5, 6], bins: 2, [[0, 0, 0, 6, 5], [1, 1, 1, 6, 5], [0, 1, 0, 4, 3]], seed: 976)
    question.x = question.x.map { $0 > 0.5 ? 1 : $0 < -1 ? -1 : 0 }
    return Case(question, isCorner: true)
  }

  /// Numbers below 0.
  private static var negative: Self {
    var question = Self([1, 2, 4, 4], bins: 2, [[0, 1, 0, 4, 4], [0, 0, 1, 3, 4]], seed: 977)
    question.x = question.x.map { -abs($0) - 0.1 }
    return question
  }

  /// What decides where a bin's gradient goes, right unless changed.
  struct Rules {
    /// Whether the far end of a bin is rounded down like its near end.
    var endsRoundedDown = false
    /// Whether coordinates inside the region are moved to where it lies.
    var isShifted = true
    var countsImage = true
    /// Whether rows and columns are exchanged in the regions' corners.
    var exchangesAxes = false
    /// Whether x₂ and y₂ are the last cells of a region, not the first ones outside.
    var includesLast = false
  }

  /// Visits each bin with its places in x, in row-major order, and its place in dy.
  fileprivate func forEachBin(
    _ rules: Rules = Rules(), _ body: (_ cells: [Place], _ output: Place) -> Void
  ) {
    for (r, region) in regions.enumerated() {
      var (x1, y1, x2, y2) = (region.x1, region.y1, region.x2, region.y2)
      if rules.exchangesAxes { (x1, y1, x2, y2) = (y1, x1, y2, x2) }
      if rules.includesLast { (x2, y2) = (x2 + 1, y2 + 1) }
      let n = rules.countsImage ? region.image : 0
      func range(_ i: Int, from first: Int, to end: Int) -> Range<Int> {
        let size = end - first
        let near = i * size / bins
        let far = rules.endsRoundedDown ? (i + 1) * size / bins : ((i + 1) * size - 1) / bins + 1
        let start = rules.isShifted ? first : 0
        return start + near..<start + max(near, far)
      }
      for c in 0..<x.shape[1] {
        for i in 0..<bins {
          for j in 0..<bins {
            var cells = [Place]()
            for row in range(i, from: y1, to: y2) where row < x.shape[2] {
              for column in range(j, from: x1, to: x2) where column < x.shape[3] {
                cells.append((n, c, row, column))
              }
            }
            body(cells, (r, c, i, j))
          }
        }
      }
    }
  }

  /// The place of a bin's largest number, the first of several.
  fileprivate func largest(_ cells: [Place]) -> Place {
    cells.dropFirst().reduce(cells[0]) { x[$1] > x[$0] ? $1 : $0 }
  }

  /// The sum of what each bin sends to cells.
  fileprivate func dx(
    _ rules: Rules = Rules(), _ shares: (_ cells: [Place], _ dy: Double) -> [(Place, Double)]
  ) -> Matrix {
    var dx = Matrix(shape: x.shape)
    forEachBin(rules) { cells, output in
      guard !cells.isEmpty else { return }
      for (place, share) in shares(cells, dy[output]) { dx[place] += share }
    }
    return dx
  }

  func dx(_ rules: Rules) -> Matrix { dx(rules) { [(largest($0), $1)] } }
}

extension Chapter09Problems {
  /// 9.7, the gradient of region max pooling.
  public static var regionMaxPool: Problem<RegionPoolQuestion, Matrix> {
    Problem(
      "9.7", "regionMaxPoolBackward", minutes: 30, difficulty: 4, isChallenge: true,
      section: "Regions of any size",
      hints: [
        "It is max pooling (5.4), with windows of another size for each region. What may happen to one cell "
          + "that could not happen to it with windows side by side?",
        "A region of 3 rows and P = 2: bin 0 has the rows ⌊0·3/2⌋ = 0 up to ⌈1·3/2⌉ = 2, so 0 and 1; bin 1 "
          + "those from ⌊3/2⌋ = 1 up to 3, so 1 and 2. Row 1 is in both. If its number is the largest of "
          + "both, with dy = 5 and 7, how much does the loss grow with it?",
        "dy [regions, channels, P, P], x and dx [m, channels, height, width]. Loops over regions, channels "
          + "and bins; the cells of a bin are rows and columns of the image region.image, counted from "
          + "region.y1 and region.x1.",
        "dx at the place of a bin's largest number += dy of the bin; of equal ones the first in row-major "
          + "order takes it. Bins and regions add.",
        "let top = region.y1 + i * height / bins\n"
          + "let bottom = region.y1 + ((i + 1) * height + bins - 1) / bins\n"
          + "for row in top..<bottom { for column in left..<right where x[…] > x[…] { best = … } }\n"
          + "dx[region.image, ch, best.row, best.column] += …",
      ],
      cases: RegionPoolQuestion.cases,
      forward: { question in
        let (y, _) = Detection.regionMaxPool(
          question.x, regions: question.regions, bins: question.bins)
        return (question.dy * y).sum()
      },
      reference: {
        Detection.regionMaxPoolBackward($0.dy, $0.x, regions: $0.regions)
      },
      parts: [Part("dx", of: \.x)],
      misconceptions: regionPoolMisconceptions, clues: RegionPoolQuestion.clues,
      alternatives: [
        { question in question.dx(RegionPoolQuestion.Rules()) },
        { question in
          // The largest number first, then its first place.
          question.dx { cells, dy in
            let largest = cells.map { question.x[$0] }.reduce(-Double.infinity) { max($0, $1) }
            return [(cells.first { question.x[$0] == largest } ?? cells[0], dy)]
          }
        },
        { question in
          // From behind, where of equal numbers the later one gives way.
          question.dx { cells, dy in
            let last = cells[cells.count - 1]
            return [
              (cells.reversed().reduce(last) { question.x[$1] >= question.x[$0] ? $1 : $0 }, dy)
            ]
          }
        },
      ],
      attempt: asks {
        try $0.regionMaxPoolBackward($1.dy, x: $1.x, regions: $1.regions)
      }
    )
  }

  private static var regionPoolMisconceptions: [Misconception<RegionPoolQuestion, Matrix>] {
    [
      Misconception(
        "region-overwritten",
        "Where bins or regions share cells, one number can be the largest of several. What they send adds: "
          + "+=, not =."
      ) { question in
        var dx = Matrix(shape: question.x.shape)
        question.forEachBin { dx[question.largest($0)] = question.dy[$1] }
        return dx
      },
      Misconception(
        "region-spread-evenly",
        "You shared dy out evenly over the bin: that is average pooling. Only the largest number moved the "
          + "output, so it takes all."
      ) { $0.dx { cells, dy in cells.map { ($0, dy / Double(cells.count)) } } },
      Misconception(
        "region-all-ties",
        "Where several numbers of a bin are the largest, you gave dy to each. By convention the first in "
          + "row-major order takes all."
      ) { question in
        question.dx { cells, dy in
          let largest = question.x[question.largest(cells)]
          return cells.filter { question.x[$0] == largest }.map { ($0, dy) }
        }
      },
      Misconception(
        "region-last-tie",
        "Where several numbers of a bin are the largest, you took the last. By convention it is the first in "
          + "row-major order: compare with >, not >=."
      ) { question in
        question.dx { cells, dy in
          [(cells.dropFirst().reduce(cells[0]) { question.x[$1] >= question.x[$0] ? $1 : $0 }, dy)]
        }
      },
      Misconception(
        "region-bins-apart",
        "You rounded both ends of a bin down, so that bins share nothing, and small regions have empty ones. "
          + "The far end is rounded up: ⌈(i + 1)·H/P⌉."
      ) { $0.dx(RegionPoolQuestion.Rules(endsRoundedDown: true)) },
      Misconception(
        "region-last-cell-included",
        "x2 and y2 are the first column and row outside, so that a region has x2 - x1 columns. You took them "
          + "for its last ones."
      ) { $0.dx(RegionPoolQuestion.Rules(includesLast: true)) },
      Misconception(
        "region-not-shifted",
        "You counted rows and columns from the image's corner. A bin lies in its region: add region.y1 to "
          + "its rows, region.x1 to its columns."
      ) { $0.dx(RegionPoolQuestion.Rules(isShifted: false)) },
      Misconception(
        "region-image-ignored",
        "You took all regions from the first image. Each has its own: region.image."
      ) { $0.dx(RegionPoolQuestion.Rules(countsImage: false)) },
      Misconception(
        "region-image-is-region",
        "You took region r from image r. Which image it lies in, region.image says; several may lie in one."
      ) { question in
        var other = question
        for r in other.regions.indices { other.regions[r].image = r % question.x.shape[0] }
        return other.dx(RegionPoolQuestion.Rules())
      },
      Misconception(
        "region-axes-exchanged",
        "You took x for rows and y for columns: x goes to the right, so that x1 ..< x2 are columns."
      ) { $0.dx(RegionPoolQuestion.Rules(exchangesAxes: true)) },
      Misconception(
        "region-starts-at-zero",
        "A bin of negative numbers has a largest one too. Begin the search with the bin's first number, not "
          + "with 0."
      ) { question in
        question.dx { cells, dy in
          let best = question.largest(cells)
          return question.x[best] > 0 ? [(best, dy)] : []
        }
      },
      Misconception(
        "region-value-for-slope",
        "You multiplied dy by the largest number. The output is that number itself: its slope is 1."
      ) { question in
        question.dx { cells, dy in
          let best = question.largest(cells)
          return [(best, dy * question.x[best])]
        }
      },
    ]
  }
}
