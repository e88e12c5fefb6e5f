import Core
import Datasets

/// What a detector says of one thing in one frame.
struct Detection {
  /// A place in the frame, with some noise, in pixels.
  let place: Tensor<Double>
  /// 28 × 28 pixels around it.
  let crop: [Float]
  /// Which digit it really is: for the counting alone.
  let object: Int
}

/// Four digits cross a frame of 64 × 64 pixels, each from the rim through the middle, where all meet.
struct Film {
  let frames: [[Detection]]

  static let size = 64

  init(_ images: ImageData, seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    // Four images of four different digits; the first is in front of the others.
    var chosen: [Int] = []
    while chosen.count < 4 {
      let place = generator.integer(below: images.count)
      if !chosen.contains(where: { images.labels[$0] == images.labels[place] }) {
        chosen.append(place)
      }
    }
    let turn = 2 * Double.pi * generator.uniform()
    let paths = (0..<4).map { object in
      let angle = turn + Double.pi / 2 * Double(object) + 0.25 * generator.normal()
      let direction = [Double.cos(angle), Double.sin(angle)]
      // Through the middle, or not far from it.
      let aside = 1.5 * generator.normal()
      let start = [
        32 + 22 * direction[0] - aside * direction[1],
        32 + 22 * direction[1] + aside * direction[0],
      ]
      return (start: start, step: direction.map { -44 * $0 / 39 })
    }
    frames = (0..<40).map { frame in
      let centres = paths.map { path in
        [0, 1].map { path.start[$0] + Double(frame) * path.step[$0] }
      }
      let picture = Self.picture(images, chosen, centres)
      return (0..<4).compactMap { object in
        let isHidden = (0..<object).contains { front in
          let (dx, dy) = (
            centres[front][0] - centres[object][0], centres[front][1] - centres[object][1]
          )
          return dx * dx + dy * dy < 49
        }
        let (isMissed, noise) = (
          generator.uniform() < 0.1, [0.7 * generator.normal(), 0.7 * generator.normal()]
        )
        if isHidden || isMissed { return nil }
        let place = [centres[object][0] + noise[0], centres[object][1] + noise[1]]
        return Detection(
          place: Tensor(place), crop: Self.crop(picture, around: place), object: object)
      }
    }
  }

  /// The frame: all four pasted, the brighter pixel wins.
  private static func picture(
    _ images: ImageData, _ chosen: [Int], _ centres: [[Double]]
  ) -> [Float] {
    var picture = [Float](repeating: 0, count: size * size)
    for (image, centre) in zip(chosen, centres) {
      let (left, top) = (Int(centre[0].rounded()) - 14, Int(centre[1].rounded()) - 14)
      for y in 0..<28 where 0..<size ~= top + y {
        for x in 0..<28 where 0..<size ~= left + x {
          let ink = Float(images.pixels[784 * image + 28 * y + x]) / 255
          let place = (top + y) * size + left + x
          picture[place] = max(picture[place], ink)
        }
      }
    }
    return picture
  }

  private static func crop(_ picture: [Float], around place: [Double]) -> [Float] {
    let (left, top) = (Int(place[0].rounded()) - 14, Int(place[1].rounded()) - 14)
    return (0..<784).map { pixel in
      let (y, x) = (top + pixel / 28, left + pixel % 28)
      return 0..<size ~= y && 0..<size ~= x ? picture[y * size + x] : 0
    }
  }
}
