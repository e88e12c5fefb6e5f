// Convolution forward: y[o] = b[o] + Σₖ w[o, k]·x[offset k], for each position and sample.
//
// One row of the output after the other. The rows of the input that it reads are copied to where they lie
// together (`RowRing`), which the second cache holds; then come blocks of samples, some outputs each, the
// positions, and the elements of the patch. The sums stay in registers, as in `gemm`.

package import Kernels

/// Positions of one row of the output, for one block of samples, and what they are computed from.
private struct Strip<Scalar: Real> {
  let shape: ConvolutionShape
  /// The patch of the row's first position, and how far apart those of neighbours lie.
  let x: UnsafePointer<Scalar>
  let step: Int
  /// Where the elements of a patch lie, counted from its first.
  let offsets: UnsafePointer<Int>
  /// The group's kernels, `[outputs, patch]`, and its biases.
  let w, bias: UnsafePointer<Scalar>
  /// Where the first of the positions goes for the group's first output.
  let y: UnsafeMutablePointer<Scalar>
  let columns: Range<Int>
  /// How many samples of the block there are.
  let count: Int
  /// Room for a tile.
  let spare: UnsafeMutablePointer<Scalar>
}

/// R outputs of one position, for C vectors of samples.
private enum GatherTile<V: SIMD, let R: Int, let C: Int> where V.Scalar: Real {
  typealias Scalar = V.Scalar

  @inline(__always)
  static func run(
    _ patch: Int, _ w: UnsafePointer<Scalar>, _ x: UnsafePointer<Scalar>,
    _ offsets: UnsafePointer<Int>, _ bias: UnsafePointer<Scalar>,
    _ y: UnsafeMutablePointer<Scalar>, _ plane: Int
  ) {
    var sums = InlineArray<R, InlineArray<C, V>>(repeating: .init(repeating: V(repeating: 0)))
    var row = InlineArray<C, V>(repeating: V(repeating: 0))
    for r in 0..<R {
      for s in 0..<C { sums[r][s] = V(repeating: bias[r]) }
    }
    for k in 0..<patch {
      let source = UnsafeRawPointer(x + offsets[k])
      for s in 0..<C {
        row[s] = source.loadUnaligned(fromByteOffset: s &* MemoryLayout<V>.stride, as: V.self)
      }
      for r in 0..<R {
        let weight = V(repeating: w[r &* patch &+ k])
        for s in 0..<C {
          #if FMA || arch(arm64)
            sums[r][s].addProduct(weight, row[s])
          #else
            sums[r][s] += weight * row[s]
          #endif
        }
      }
    }
    for r in 0..<R {
      for s in 0..<C {
        UnsafeMutableRawPointer(y + (r &* plane &+ s &* V.scalarCount))
          .storeBytes(of: sums[r][s], as: V.self)
      }
    }
  }

  /// The same at all positions of a strip, from output o on.
  @inline(__always)
  static func run(_ strip: Strip<Scalar>, _ o: Int) {
    let (patch, plane) = (strip.shape.patch, strip.shape.outputPlane)
    let (lanes, count, samples) = (C &* V.scalarCount, strip.count, strip.shape.samples)
    let (w, bias) = (strip.w + o &* patch, strip.bias + o)
    var (x, y) = (strip.x + strip.columns.lowerBound &* strip.step, strip.y + o &* plane)
    for _ in strip.columns {
      if count == lanes {
        run(patch, w, x, strip.offsets, bias, y, plane)
      } else {
        run(patch, w, x, strip.offsets, bias, strip.spare, lanes)
        for r in 0..<R {
          (y + r &* plane).update(from: strip.spare + r &* lanes, count: count)
        }
      }
      x += strip.step
      y += samples
    }
  }
}

/// All outputs of a strip, for C vectors of samples: as many outputs at a time as registers hold.
private enum GatherPanel<V: SIMD, let C: Int> where V.Scalar: Real {
  @inline(__always)
  static func run(_ strip: Strip<V.Scalar>) {
    let outputs = strip.shape.groupOutputs
    var o = 0
    #if AVX512
      while o &+ 8 <= outputs {
        GatherTile<V, 8, C>.run(strip, o)
        o &+= 8
      }
    #endif
    #if FMA || arch(arm64)
      // Eight are better done as two fours than as six and two single ones.
      while o &+ 6 <= outputs && outputs &- o != 8 {
        GatherTile<V, 6, C>.run(strip, o)
        o &+= 6
      }
    #endif
    while o &+ 4 <= outputs {
      GatherTile<V, 4, C>.run(strip, o)
      o &+= 4
    }
    while o < outputs {
      GatherTile<V, 1, C>.run(strip, o)
      o &+= 1
    }
  }
}

/// All outputs of a strip, in vectors as wide as its samples fill.
@inline(__always)
private func gather<Scalar: Real>(_ strip: Strip<Scalar>) {
  #if AVX512
    if strip.count > Scalar.Wide.scalarCount { return GatherPanel<Scalar.Wide, 2>.run(strip) }
  #endif
  #if FMA || arch(arm64)
    if strip.count > Scalar.Narrow.scalarCount { return GatherPanel<Scalar.Wide, 1>.run(strip) }
  #endif
  GatherPanel<Scalar.Narrow, 1>.run(strip)
}

/// How many samples a tile computes.
@inline(__always)
private func lanes<Scalar: Real>(_ samples: Int, _ type: Scalar.Type) -> Int {
  #if AVX512
    let most = 2 &* Scalar.Wide.scalarCount
  #elseif FMA || arch(arm64)
    let most = Scalar.Wide.scalarCount
  #else
    let most = Scalar.Narrow.scalarCount
  #endif
  return samples > Scalar.Narrow.scalarCount ? most : Scalar.Narrow.scalarCount
}

/// The outputs of all groups at a range of positions.
@inline(__always)
private func gather<Scalar: Real>(
  _ x: UnsafePointer<Scalar>, _ w: UnsafePointer<Scalar>, _ bias: UnsafePointer<Scalar>,
  _ y: UnsafeMutablePointer<Scalar>, _ shape: ConvolutionShape,
  _ border: (rows: Int, columns: Int), _ range: Range<Int>
) {
  let lanes = lanes(shape.samples, Scalar.self)
  let (outputs, patch, plane) = (shape.groupOutputs, shape.patch, shape.outputPlane)
  let inputs = shape.groupChannels &* shape.stored(border)
  // As many samples at a time as a part of the second cache holds.
  let block = shape.reach &* shape.width &* shape.groupChannels &* lanes  // numbers
  let size = MemoryLayout<Scalar>.stride
  let blocks = min(
    (shape.samples &+ lanes &- 1) / lanes, max(1, 262_144 / size / block))
  let spare = 8 &* lanes
  // Where the rows of a patch are few, or each is its own pixel, copying costs more than it gives.
  let isCopied = border != (0, 0) || (shape.groupChannels > 1 && patch > shape.groupChannels)
  let apart = shape.offsets
  withUnsafeTemporaryAllocation(
    byteCount: (blocks &* block &+ spare) &* size &+ patch &* MemoryLayout<Int>.stride,
    alignment: 64
  ) { buffer in
    apart.withUnsafeBufferPointer { apart in
      guard let bytes = buffer.baseAddress, let apart = apart.baseAddress else { return }
      let base = bytes.assumingMemoryBound(to: Scalar.self)
      let together = (bytes + (blocks &* block &+ spare) &* size).assumingMemoryBound(to: Int.self)
      let ring = RowRing(shape: shape, border: border, lanes: lanes, base: base + spare)
      for g in 0..<shape.groups {
        let o = g &* outputs
        for j in stride(from: 0, to: shape.samples, by: blocks &* lanes) {
          let (images, count) = (
            x + (g &* inputs &+ j), min(blocks &* lanes, shape.samples &- j)
          )
          // Samples that are read where they are: whole blocks.
          let inPlace = isCopied ? 0 : count / lanes &* lanes
          var (p, copied) = (range.lowerBound, 0)
          while p < range.upperBound {
            let (row, column) = p.quotientAndRemainder(dividingBy: shape.outputWidth)
            let columns = column..<min(shape.outputWidth, column &+ range.upperBound &- p)
            let top = row &* shape.stride
            if inPlace < count {
              for r in max(top, copied)..<top &+ shape.reach {
                copyRow(r, of: images + inPlace, count: count &- inPlace, to: ring)
              }
              copied = top &+ shape.reach
              ring.place(top, together)
            }
            for i in stride(from: 0, to: count, by: lanes) {
              let isInPlace = i < inPlace
              gather(
                Strip(
                  shape: shape,
                  x: isInPlace
                    ? images + (row &* shape.rowStep &+ i)
                    : UnsafePointer(ring.base + (i &- inPlace) / lanes &* ring.block),
                  step: isInPlace
                    ? shape.columnStep : shape.stride &* shape.groupChannels &* lanes,
                  offsets: isInPlace ? apart : UnsafePointer(together),
                  w: w + o &* patch, bias: bias + o,
                  y: y + (o &* plane &+ p &* shape.samples &+ j &+ i), columns: columns,
                  count: min(lanes, count &- i), spare: base))
            }
            p &+= columns.count
          }
        }
      }
    }
  }
}

/// The outputs of a convolution, `[outputs, outputHeight, outputWidth, samples]`.
///
/// - Parameters:
///   - x: The padded input, `[channels, height, width, samples]`.
///   - w: The kernels, `[outputs, channels/groups, kernelHeight, kernelWidth]`.
///   - bias: One number for each output.
///   - shape: The sizes of all of them, which are taken as given.
///   - border: How many rows and columns on each side of the padded input are zeros that x leaves out.
/// - Returns: The outputs; positions are shared out among the threads.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func convolution<Scalar: Real>(
  _ x: [Scalar], _ w: [Scalar], _ bias: [Scalar], _ shape: ConvolutionShape,
  border: (rows: Int, columns: Int) = (0, 0)
) -> [Scalar] {
  shape.requireArrays(
    input: x.count, kernels: w.count, outputs: nil, border: border, "convolution")
  require(
    bias.count == shape.outputs,
    "convolution: \(bias.count) numbers are no bias of \(shape.outputs) outputs; give one each")
  let count = shape.outputs * shape.outputPlane
  requireRoom(count, bytesEach: MemoryLayout<Scalar>.stride, "convolution")
  return [Scalar](unsafeUninitializedCapacity: count) { y, filled in
    filled = count
    x.withUnsafeBufferPointer { x in
      w.withUnsafeBufferPointer { w in
        bias.withUnsafeBufferPointer { bias in
          guard !shape.isEmpty, let x = x.baseAddress, let w = w.baseAddress,
            let y = y.baseAddress, let bias = bias.baseAddress
          else {
            // Where no channel comes in, every output is its bias.
            for i in 0..<count { y.initializeElement(at: i, to: bias[i / shape.outputPlane]) }
            return
          }
          let positions = shape.outputHeight &* shape.outputWidth
          parallel(positions, grain: 1, worth: shape.multiplyAdds > 200_000) { range in
            gather(x, w, bias, y, shape, border, range)
          }
        }
      }
    }
  }
}
