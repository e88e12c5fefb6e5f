// Convolution backward, the kernels: dw[o, k] = Σ over positions and samples of dy[o]·x[offset k].
//
// Long dot products, a block of them at a time. Every sum runs over the positions in one order,
// lane by lane, and the lanes are added after some thousands: neither threads nor blocks change it.

package import Kernels

/// Some rows of positions, each so many numbers that follow each other.
///
/// The next begins that much further on in dY, and `step` further on in x.
private struct Rows {
  var count, length, step: Int
}

/// R outputs by C elements of the patch.
private enum DotTile<V: SIMD, let R: Int, let C: Int> where V.Scalar: Real {
  typealias Scalar = V.Scalar

  /// Adds the products of some rows of positions to sums that are kept between calls.
  ///
  /// `upstream` has the vectors of dY in the order in which they are used. Sums of neighbouring
  /// outputs lie `sumsStride` apart.
  @inline(__always)
  static func run(
    _ rows: Rows, _ upstream: UnsafePointer<V>, _ x: UnsafePointer<Scalar>,
    _ offsets: UnsafePointer<Int>, _ sums: UnsafeMutablePointer<V>, _ sumsStride: Int
  ) {
    var block = InlineArray<R, InlineArray<C, V>>(repeating: .init(repeating: V(repeating: 0)))
    var row = InlineArray<C, V>(repeating: V(repeating: 0))
    for r in 0..<R {
      for s in 0..<C { block[r][s] = sums[r &* sumsStride &+ s] }
    }
    let whole = rows.length / V.scalarCount
    let rest = rows.length &- whole &* V.scalarCount
    var dY = upstream
    for line in 0..<rows.count {
      let source = x + line &* rows.step
      var sources = InlineArray<C, UnsafePointer<Scalar>>(repeating: source)
      for s in 0..<C { sources[s] = source + offsets[s] }
      for i in 0..<whole {
        for s in 0..<C {
          row[s] = UnsafeRawPointer(sources[s]).loadUnaligned(
            fromByteOffset: i &* MemoryLayout<V>.stride, as: V.self)
        }
        add(&block, row, dY)
        dY += R
      }
      if rest > 0 {
        for s in 0..<C { row[s] = part(sources[s] + whole &* V.scalarCount, rest) }
        add(&block, row, dY)
        dY += R
      }
    }
    for r in 0..<R {
      for s in 0..<C { sums[r &* sumsStride &+ s] = block[r][s] }
    }
  }

  /// Adds the product of each of R vectors of dY with each of C vectors of x.
  @inline(__always)
  private static func add(
    _ block: inout InlineArray<R, InlineArray<C, V>>, _ row: InlineArray<C, V>,
    _ dY: UnsafePointer<V>
  ) {
    for r in 0..<R {
      for s in 0..<C {
        #if FMA || arch(arm64)
          // `addProduct`, or the factors exchanged, leave this lane by lane: 40 times slower.
          block[r][s] = block[r][s].addingProduct(row[s], dY[r])
        #else
          block[r][s] += row[s] * dY[r]
        #endif
      }
    }
  }

  /// Copies some rows of R outputs, `plane` apart, to the order in which `run` reads them.
  @inline(__always)
  static func pack(
    _ rows: Rows, _ dY: UnsafePointer<Scalar>, _ plane: Int, _ target: UnsafeMutablePointer<V>
  ) {
    var target = target
    for line in 0..<rows.count {
      var i = 0
      while i < rows.length {
        let rest = rows.length &- i
        for r in 0..<R {
          let source = dY + (r &* plane &+ line &* rows.length &+ i)
          target[r] =
            rest >= V.scalarCount
            ? UnsafeRawPointer(source).loadUnaligned(as: V.self) : part(source, rest)
        }
        i &+= V.scalarCount
        target += R
      }
    }
  }
}

/// All elements of the patch in a range, C at a time and the rest one by one, for R outputs.
private enum DotPanel<V: SIMD, let R: Int, let C: Int> where V.Scalar: Real {
  typealias Scalar = V.Scalar

  @inline(__always)
  static func run(
    _ elements: Range<Int>, _ rows: Rows, _ dY: UnsafePointer<Scalar>, _ plane: Int,
    _ x: UnsafePointer<Scalar>, _ offsets: UnsafePointer<Int>, _ sums: UnsafeMutablePointer<V>,
    _ block: UnsafeMutablePointer<V>
  ) {
    DotTile<V, R, 1>.pack(rows, dY, plane, block)
    var k = elements.lowerBound
    while k &+ C <= elements.upperBound {
      DotTile<V, R, C>.run(
        rows, block, x, offsets + k, sums + (k &- elements.lowerBound), elements.count)
      k &+= C
    }
    while k < elements.upperBound {
      DotTile<V, R, 1>.run(
        rows, block, x, offsets + k, sums + (k &- elements.lowerBound), elements.count)
      k &+= 1
    }
  }
}

/// The dot products of one group, for the elements of its patch in a range.
@inline(__always)
private func dots<Scalar: Real, V: SIMD>(
  _ shape: ConvolutionShape, _ elements: Range<Int>, _ dY: UnsafePointer<Scalar>,
  _ x: UnsafePointer<Scalar>, _ offsets: UnsafePointer<Int>,
  _ dW: UnsafeMutablePointer<Scalar>, _ lane: V.Type
) where V.Scalar == Scalar {
  let (outputs, patch, plane) = (shape.groupOutputs, shape.patch, shape.outputPlane)
  let (samples, columns, width) = (shape.samples, shape.outputWidth, elements.count)
  // Little of dY at a time, 20 KiB of eight outputs, so that it stays in the first cache while all
  // kernel elements visit it. At a stride of 1 the patches of neighbours lie side by side, so that
  // positions of a row are one dot product; else samples of a position are.
  let dense = shape.stride == 1
  let most = 640
  let pieces = min(columns, max(1, (columns &* samples &+ most &- 1) / most))
  let span = (columns &+ pieces &- 1) / pieces
  let together = dense && pieces == 1 ? max(1, most / (columns &* samples)) : 1
  let (lines, line) = dense ? (together, span &* samples) : (span, samples)
  let longest = lines &* ((line &+ V.scalarCount &- 1) / V.scalarCount)
  withUnsafeTemporaryAllocation(of: V.self, capacity: outputs &* width &+ 8 &* longest) { buffer in
    guard let sums = buffer.baseAddress else { return }
    let block = sums + outputs &* width
    sums.initialize(repeating: V(repeating: 0), count: outputs &* width)
    /// Adds the lanes to dW, and begins anew: in one long sum summands would vanish beside it.
    func collect() {
      for o in 0..<outputs {
        for k in 0..<width {
          dW[o &* patch &+ elements.lowerBound &+ k] += sums[o &* width &+ k].sum()
          sums[o &* width &+ k] = V(repeating: 0)
        }
      }
    }
    var added = 0
    for top in stride(from: 0, to: shape.outputHeight, by: together) {
      for left in stride(from: 0, to: columns, by: span) {
        let here = min(span, columns &- left)
        let rows =
          dense
          ? Rows(
            count: min(together, shape.outputHeight &- top), length: here &* samples,
            step: shape.rowStep)
          : Rows(count: here, length: samples, step: shape.columnStep)
        let (d, source) = (
          dY + (top &* columns &+ left) &* samples,
          x + (top &* shape.rowStep &+ left &* shape.columnStep)
        )
        var o = 0
        #if AVX512
          while o &+ 8 <= outputs {
            DotPanel<V, 8, 3>.run(
              elements, rows, d + o &* plane, plane, source, offsets, sums + o &* width, block)
            o &+= 8
          }
          if o &+ 6 <= outputs {
            DotPanel<V, 6, 4>.run(
              elements, rows, d + o &* plane, plane, source, offsets, sums + o &* width, block)
            o &+= 6
          }
          typealias Four = DotPanel<V, 4, 3>
        #elseif FMA
          // Eight are better done as two fours than as six and two single ones.
          while o &+ 6 <= outputs && outputs &- o != 8 {
            DotPanel<V, 6, 2>.run(
              elements, rows, d + o &* plane, plane, source, offsets, sums + o &* width, block)
            o &+= 6
          }
          typealias Four = DotPanel<V, 4, 2>
        #elseif arch(arm64)
          typealias Four = DotPanel<V, 4, 2>
        #else
          typealias Four = DotPanel<V, 4, 1>
        #endif
        while o &+ 4 <= outputs {
          Four.run(
            elements, rows, d + o &* plane, plane, source, offsets, sums + o &* width, block)
          o &+= 4
        }
        while o < outputs {
          DotPanel<V, 1, 3>.run(
            elements, rows, d + o &* plane, plane, source, offsets, sums + o &* width, block)
          o &+= 1
        }
        added &+= longest
        if added > 4096 {
          collect()
          added = 0
        }
      }
    }
    collect()
  }
}

/// The gradient of a convolution's kernels, `[outputs, channels/groups, kernelHeight, kernelWidth]`.
///
/// - Parameters:
///   - dY: The gradient of its outputs, `[outputs, outputHeight, outputWidth, samples]`.
///   - x: The padded input, `[channels, height, width, samples]`.
///   - shape: The sizes of all of them, which are taken as given.
/// - Returns: The gradient; groups, or the elements of the one group's patch, are shared out among
///   the threads.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func convolutionWeightGradient<Scalar: Real>(
  _ dY: [Scalar], _ x: [Scalar], _ shape: ConvolutionShape
) -> [Scalar] {
  shape.requireArrays(input: x.count, kernels: nil, outputs: dY.count, "convolutionWeightGradient")
  let (count, offsets) = (shape.outputs * shape.patch, shape.offsets)
  requireRoom(count, bytesEach: MemoryLayout<Scalar>.stride, "convolutionWeightGradient")
  return [Scalar](unsafeUninitializedCapacity: count) { dW, filled in
    filled = count
    dW.initialize(repeating: 0)
    dY.withUnsafeBufferPointer { dY in
      x.withUnsafeBufferPointer { x in
        offsets.withUnsafeBufferPointer { offsets in
          guard !shape.isEmpty, let dW = dW.baseAddress, let x = x.baseAddress,
            let dY = dY.baseAddress, let offsets = offsets.baseAddress
          else { return }
          #if AVX512
            let lane = Scalar.Wide.self
          #else
            let lane = Scalar.Narrow.self
          #endif
          let (outputs, patch) = (shape.groupOutputs, shape.patch)
          let inputs = shape.groupChannels &* shape.plane
          // One group's elements, or whole groups: never two parts of one sum.
          let parts = shape.groups == 1 ? patch : shape.groups
          parallel(parts, grain: 1, worth: shape.multiplyAdds > 200_000) { range in
            let groups = shape.groups == 1 ? 0..<1 : range
            for g in groups {
              dots(
                shape, shape.groups == 1 ? range : 0..<patch,
                dY + g &* outputs &* shape.outputPlane, x + g &* inputs, offsets,
                dW + g &* outputs &* patch, lane)
            }
          }
        }
      }
    }
  }
}
