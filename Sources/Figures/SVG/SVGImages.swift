extension SVGDocument {
  /// Rectangles for few pixels, else an embedded picture for each row of images; captions above.
  mutating func draw(_ grid: ImageGrid) {
    let images = grid.images.filter { !$0.map.isEmpty }
    let isNumbered = images.contains { $0.showsNumbers || !$0.frames.isEmpty }
    guard !images.isEmpty else {
      top += 16
      write("(no images)", x: 4, y: top, style: "t")
      top += 10
      return
    }
    let columns = max(1, min(grid.columns, grid.images.count))
    let widest = images.map(\.width).max() ?? 1
    let gap = max(1, widest / 10)
    let pixels = columns * (widest + gap) - gap
    let largest = isNumbered ? 36 : 140 / Double(widest)
    let unit = min((width - 8) / Double(pixels), largest)
    let pixelCount = grid.images.reduce(0) { $0 + $1.width * $1.height }

    for start in stride(from: 0, to: grid.images.count, by: columns) {
      let indices = start..<min(start + columns, grid.images.count)
      let captions = indices.map { $0 < grid.captions.count ? grid.captions[$0] : "" }
      let pitch = Double(widest + gap) * unit
      if captions.contains(where: { !$0.isEmpty }) {
        top += 16
        for (offset, caption) in captions.enumerated() {
          write(
            shortened(caption, to: max(Int(pitch / 8), 1)), x: 4 + Double(offset) * pitch, y: top,
            style: "n")
        }
        top += 5
      }
      let row = indices.map { grid.images[$0] }
      let height = row.map(\.height).max() ?? 0
      guard height > 0 else { continue }
      if pixelCount <= 800 {
        for (offset, image) in row.enumerated() {
          let (map, shading) = (image.map, Shading(image.map))
          let area = PlotArea(
            left: 4 + Double(offset) * pitch, top: top, width: Double(image.width) * unit,
            height: Double(image.height) * unit)
          drawRuns(map, shading, area)
          if image.showsNumbers {
            rectangle(x: area.left, y: area.top, width: area.width, height: area.height, style: "g")
            drawNumbers(map, shading, area)
          }
          draw(image.frames, in: area, unit: unit, on: image.showsNumbers ? .pale : .page)
        }
      } else {
        let width = row.count * (widest + gap) - gap
        let png = sheet(
          row, cell: widest, gap: gap, width: width, height: height, pixelCount > 24_000)
        picture(
          png, x: 4, y: top, width: Double(width) * unit, height: Double(height) * unit)
        for (offset, image) in row.enumerated() {
          let area = PlotArea(
            left: 4 + Double(offset) * pitch, top: top, width: Double(image.width) * unit,
            height: Double(image.height) * unit)
          draw(image.frames, in: area, unit: unit, on: .black)
        }
      }
      top += Double(height) * unit + Double(gap) * unit
    }
    if images.contains(where: \.isSigned) { drawSigns() }
    top += 8
  }

  /// The key to the colours of signed images.
  private mutating func drawSigns() {
    let steps = 64
    let palette = (0..<steps).map { step in
      Palette.map(tone: 2 * Double(step) / Double(steps - 1) - 1, diverging: true)
    }
    let png = PNG.encode(
      width: steps, height: 1, palette: palette, pixels: (0..<steps).map(UInt8.init))
    top += 20
    let left = 4 + textWidth("negative") + 8
    write("negative", x: left - 8, y: top, anchor: "end", style: "t")
    picture(png, x: left, y: top - 12, width: 120, height: 14)
    write("positive, by the largest of each image", x: left + 128, y: top, style: "t")
    top += 6
  }

  /// What lies behind the lines of windows: pixels with numbers are pale on dark pages too, and a picture
  /// is black on light ones.
  private enum Ground { case page, pale, black }

  /// Boxes, and the lines of windows, in the order in which they are given.
  private mutating func draw(
    _ frames: [Frame], in area: PlotArea, unit: Double, on ground: Ground
  ) {
    for frame in frames {
      let (x, y) = (area.left + Double(frame.column) * unit, area.top + Double(frame.row) * unit)
      let (width, height) = (Double(frame.width) * unit, Double(frame.height) * unit)
      switch frame.kind {
      case .box: rectangle(x: x, y: y, width: width, height: height, style: "b")
      case .markedBox: rectangle(x: x, y: y, width: width, height: height, style: "p")
      case .window(let number):
        // Each a little inside of the one before, so that lines on one border are both seen.
        let inset = 1 + 1.5 * Double(number)
        let (x1, y1) = (format(x + inset), format(y + inset))
        let (x2, y2) = (format(x + width - inset), format(y + height - inset))
        let (index, dashes) = (Palette.index(number), svgDashes[number % svgDashes.count])
        path(
          "M\(x1) \(y1)L\(x2) \(y1)L\(x2) \(y2)L\(x1) \(y2)Z",
          style: ground == .page ? "l s\(index)" : "l",
          extra: stroke(index, on: ground)
            + (dashes.isEmpty ? "" : " stroke-dasharray=\"\(dashes)\""))
      }
    }
  }

  /// The colour of a line where it is not the page's.
  private func stroke(_ index: Int, on ground: Ground) -> String {
    switch ground {
    case .page: ""
    case .pale: " stroke=\"\(Palette.light[index])\""
    case .black: " stroke=\"\(Palette.dark[index])\""
    }
  }

  /// Images side by side in one picture, transparent between them.
  private func sheet(
    _ images: [Image], cell: Int, gap: Int, width: Int, height: Int, _ isCoarse: Bool
  ) -> [UInt8] {
    let isSigned = images.contains(where: \.isSigned)
    let levels = isCoarse ? 15 : 127
    let palette = (0..<levels).map { level -> Colour in
      let part = Double(level) / Double(levels - 1)
      return isSigned
        ? Palette.map(tone: 2 * part - 1, diverging: true)
        : Palette.grey(tone: part)
    }
    var pixels = [UInt8](repeating: 0, count: width * height)
    for (index, image) in images.enumerated() {
      var map = image.map
      if isSigned { map.scale = .diverging }
      let shading = Shading(map)
      for y in 0..<image.height {
        for x in 0..<image.width {
          guard let tone = shading.tone(map[y, x]) else { continue }
          let part = isSigned ? (tone + 1) / 2 : tone
          pixels[y * width + index * (cell + gap) + x] =
            UInt8((part * Double(levels - 1)).rounded()) + 1
        }
      }
    }
    return PNG.encode(
      width: width, height: height, palette: [Colour(0, alpha: 0)] + palette, pixels: pixels)
  }
}
