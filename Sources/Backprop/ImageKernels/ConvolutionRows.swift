// The rows of a convolution's input that one row of its output reads, copied to where the pixels of a
// patch lie together.
//
// In the images they lie far apart, powers of two often, where they share a few places of the caches.

import Kernels

/// Room for as many rows of the input as a patch is high, for some of the samples.
///
/// Rows that are not read any more give way to the next: row r is at place r mod height. The samples come
/// in blocks of so many as a tile computes: `[block][row][column][channel][lane]`.
struct RowRing<Scalar: Real> {
  let shape: ConvolutionShape
  /// How many rows and columns on each side of the input are zeros that it does not contain.
  let border: (rows: Int, columns: Int)
  /// How many samples are in a block.
  let lanes: Int
  /// Where they are copied to.
  let base: UnsafeMutablePointer<Scalar>

  /// Numbers in a row, and in a block.
  var row: Int { shape.width &* shape.groupChannels &* lanes }
  var block: Int { shape.reach &* row }

  /// Writes where the elements of a patch lie whose first row is `top`, counted from the block's first
  /// number.
  @inline(__always)
  func place(_ top: Int, _ offsets: UnsafeMutablePointer<Int>) {
    let channels = shape.groupChannels
    var offsets = offsets
    for c in 0..<channels {
      for y in 0..<shape.kernelHeight {
        let line = (top &+ y &* shape.dilation) % shape.reach &* shape.width
        for x in 0..<shape.kernelWidth {
          offsets.pointee = ((line &+ x &* shape.dilation) &* channels &+ c) &* lanes
          offsets += 1
        }
      }
    }
  }
}

/// Copies one row of the images of a group, border and all.
///
/// - Parameters:
///   - row: Which, counted with the border's.
///   - x: The first of the samples in the group's images.
///   - count: How many samples; what they leave of the last block becomes 0.
///   - ring: Where to.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func copyRow<Scalar: Real>(
  _ row: Int, of x: UnsafePointer<Scalar>, count: Int, to ring: RowRing<Scalar>
) {
  typealias V = Scalar.Narrow
  let (shape, border, lanes) = (ring.shape, ring.border, ring.lanes)
  let (channels, samples, size) = (shape.groupChannels, shape.samples, ring.block)
  let height = shape.height &- 2 &* border.rows
  let inside = shape.width &- 2 &* border.columns
  let y = row &- border.rows
  let isStored = 0 <= y && y < height
  let place = ring.base + row % shape.reach &* ring.row
  let step = channels &* lanes
  let blocks = (count &+ lanes &- 1) / lanes
  func zeros(_ line: UnsafeMutablePointer<Scalar>, _ pixels: Int) {
    for b in 0..<blocks {
      for i in 0..<pixels {
        (line + (b &* size &+ i &* step)).initialize(repeating: 0, count: lanes)
      }
    }
  }
  for c in 0..<channels {
    let line = place + c &* lanes
    guard isStored else {
      zeros(line, shape.width)
      continue
    }
    zeros(line, border.columns)
    zeros(line + (border.columns &+ inside) &* step, border.columns)
    var target = line + border.columns &* step
    var source = x + (c &* height &+ y) &* inside &* samples
    for _ in 0..<inside {
      for b in 0..<blocks {
        let (from, to) = (source + b &* lanes, target + b &* size)
        let here = count &- b &* lanes
        for i in stride(from: 0, to: lanes, by: V.scalarCount) {
          let v =
            i &+ V.scalarCount <= here
            ? UnsafeRawPointer(from + i).loadUnaligned(as: V.self)
            : part(from + i, max(0, here &- i))
          UnsafeMutableRawPointer(to + i).storeBytes(of: v, as: V.self)
        }
      }
      source += samples
      target += step
    }
  }
}
