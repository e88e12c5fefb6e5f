/// A raster of two by four dots for each character cell.
struct Braille {
  let width: Int
  let height: Int
  private var dots: [UInt8]
  private var owners: [Int?]

  /// - Parameters:
  ///   - width: Columns of cells.
  ///   - height: Rows of cells.
  init(width: Int, height: Int) {
    self.width = max(width, 0)
    self.height = max(height, 0)
    dots = Array(repeating: 0, count: self.width * self.height)
    owners = Array(repeating: nil, count: self.width * self.height)
  }

  /// The bits of Unicode's braille patterns, which number the dots down the columns.
  private static let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]

  /// Sets a dot, counted from the upper left.
  mutating func set(x: Int, y: Int, owner: Int? = nil) {
    guard x >= 0, y >= 0, x < width * 2, y < height * 4 else { return }
    let cell = (y / 4) * width + x / 2
    dots[cell] |= Self.bits[y % 4][x % 2]
    owners[cell] = owner
  }

  /// The pattern of a cell, nil where no dot is set.
  func character(column: Int, row: Int) -> Character? {
    let pattern = dots[row * width + column]
    guard pattern != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(pattern)) else { return nil }
    return Character(scalar)
  }

  /// Who set the last dot of a cell.
  func owner(column: Int, row: Int) -> Int? {
    owners[row * width + column]
  }

  /// The dot nearest to a place in the unit square, whose (0, 0) is at the lower left.
  func dot(_ place: Point) -> (x: Int, y: Int) {
    (
      Int((place.x * Double(width * 2 - 1)).rounded()),
      Int(((1 - place.y) * Double(height * 4 - 1)).rounded())
    )
  }

  /// Draws a straight line and returns its dots.
  @discardableResult
  mutating func line(from start: Point, to end: Point, owner: Int? = nil) -> [(x: Int, y: Int)] {
    let a = dot(start)
    let b = dot(end)
    let steps = max(abs(b.x - a.x), abs(b.y - a.y))
    var drawn: [(x: Int, y: Int)] = []
    for step in 0...steps {
      let t = steps == 0 ? 0 : Double(step) / Double(steps)
      let x = a.x + Int((Double(b.x - a.x) * t).rounded())
      let y = a.y + Int((Double(b.y - a.y) * t).rounded())
      set(x: x, y: y, owner: owner)
      drawn.append((x, y))
    }
    return drawn
  }
}
