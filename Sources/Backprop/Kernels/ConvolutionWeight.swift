// Convolution backward, the kernels: dw[o, k] = Σ over positions and samples of dy[o]·x[offset k].
//
// Long dot products, a block of them at a time. Every sum runs over the positions in one order,
// lane by lane, and the lanes are added at the end: neither threads nor blocks change it.

/// R outputs by C elements of the patch.
private enum DotTile<V: SIMD, let R: Int, let C: Int> where V.Scalar: Real {
  typealias Scalar = V.Scalar

  /// Adds the products of some rows of positions to sums that are kept between calls.
  ///
  /// A row is `rows.length` numbers that follow each other; the next begins that much further on in
  /// dY, and `rows.step` in x. Gradients of neighbouring outputs lie `plane` apart, and so do their
  /// sums by `sumsStride`.
  @inline(__always)
  static func run(
    _ rows: (count: Int, length: Int, step: Int), _ dY: UnsafePointer<Scalar>, _ plane: Int,
    _ x: UnsafePointer<Scalar>, _ offsets: UnsafePointer<Int>,
    _ sums: UnsafeMutablePointer<V>, _ sumsStride: Int
  ) {
    var block = InlineArray<R, InlineArray<C, V>>(repeating: .init(repeating: V(repeating: 0)))
    var row = InlineArray<C, V>(repeating: V(repeating: 0))
    for r in 0..<R {
      for s in 0..<C { block[r][s] = sums[r &* sumsStride &+ s] }
    }
    for line in 0..<rows.count {
      let (d, source) = (dY + line &* rows.length, x + line &* rows.step)
      var i = 0
      while i &+ V.scalarCount <= rows.length {
        for s in 0..<C {
          row[s] = UnsafeRawPointer(source + (offsets[s] &+ i)).loadUnaligned(as: V.self)
        }
        for r in 0..<R {
          let upstream = UnsafeRawPointer(d + (r &* plane &+ i)).loadUnaligned(as: V.self)
          for s in 0..<C {
            #if FMA || arch(arm64)
              // `addProduct`, or the factors exchanged, leave this lane by lane: 40 times slower.
              block[r][s] = block[r][s].addingProduct(row[s], upstream)
            #else
              block[r][s] += row[s] * upstream
            #endif
          }
        }
        i &+= V.scalarCount
      }
      if i < rows.length {
        let rest = rows.length &- i
        for s in 0..<C { row[s] = part(source + (offsets[s] &+ i), rest) }
        for r in 0..<R {
          let upstream = part(d + (r &* plane &+ i), rest)
          for s in 0..<C {
            #if FMA || arch(arm64)
              block[r][s] = block[r][s].addingProduct(row[s], upstream)
            #else
              block[r][s] += row[s] * upstream
            #endif
          }
        }
      }
    }
    for r in 0..<R {
      for s in 0..<C { sums[r &* sumsStride &+ s] = block[r][s] }
    }
  }

  /// A vector of the few numbers at the end of a row, and zeros.
  @inline(__always)
  private static func part(_ source: UnsafePointer<Scalar>, _ count: Int) -> V {
    var v = V(repeating: 0)
    for lane in 0..<count { v[lane] = source[lane] }
    return v
  }
}

/// All elements of the patch in a range, for R outputs.
private enum DotPanel<V: SIMD, let R: Int> where V.Scalar: Real {
  typealias Scalar = V.Scalar

  @inline(__always)
  static func run(
    _ elements: Range<Int>, _ rows: (count: Int, length: Int, step: Int),
    _ dY: UnsafePointer<Scalar>, _ plane: Int, _ x: UnsafePointer<Scalar>,
    _ offsets: UnsafePointer<Int>, _ sums: UnsafeMutablePointer<V>
  ) {
    var k = elements.lowerBound
    while k &+ 3 <= elements.upperBound {
      DotTile<V, R, 3>.run(
        rows, dY, plane, x, offsets + k, sums + (k &- elements.lowerBound), elements.count)
      k &+= 3
    }
    while k < elements.upperBound {
      DotTile<V, R, 1>.run(
        rows, dY, plane, x, offsets + k, sums + (k &- elements.lowerBound), elements.count)
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
  withUnsafeTemporaryAllocation(of: V.self, capacity: outputs &* width) { buffer in
    guard let sums = buffer.baseAddress else { return }
    sums.initialize(repeating: V(repeating: 0), count: outputs &* width)
    // Little of the output at a time, so that it stays in the cache while all kernel elements visit
    // it. At a stride of 1 a row's patches lie side by side, and whole rows are dot products.
    let dense = shape.stride == 1
    let together = dense ? max(1, 1024 / (columns &* samples)) : 1
    for top in stride(from: 0, to: shape.outputHeight, by: together) {
      let rows =
        dense
        ? (
          count: min(together, shape.outputHeight &- top), length: columns &* samples,
          step: shape.rowStep
        )
        : (count: columns, length: samples, step: shape.columnStep)
      let (d, source) = (dY + top &* columns &* samples, x + top &* shape.rowStep)
      var o = 0
      #if AVX512
        while o &+ 8 <= outputs {
          DotPanel<V, 8>.run(
            elements, rows, d + o &* plane, plane, source, offsets, sums + o &* width)
          o &+= 8
        }
        if o &+ 6 <= outputs {
          DotPanel<V, 6>.run(
            elements, rows, d + o &* plane, plane, source, offsets, sums + o &* width)
          o &+= 6
        }
      #endif
      while o &+ 4 <= outputs {
        DotPanel<V, 4>.run(
          elements, rows, d + o &* plane, plane, source, offsets, sums + o &* width)
        o &+= 4
      }
      while o < outputs {
        DotPanel<V, 1>.run(
          elements, rows, d + o &* plane, plane, source, offsets, sums + o &* width)
        o &+= 1
      }
    }
    for o in 0..<outputs {
      for k in 0..<width {
        dW[o &* patch &+ elements.lowerBound &+ k] = sums[o &* width &+ k].sum()
      }
    }
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
public func convolutionWeightGradient<Scalar: Real>(
  _ dY: [Scalar], _ x: [Scalar], _ shape: ConvolutionShape
) -> [Scalar] {
  let (count, offsets) = (shape.outputs * shape.patch, shape.offsets)
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
          let (parts, grain) = shape.groups == 1 ? (patch, 3) : (shape.groups, 1)
          parallel(parts, grain: grain, worth: shape.multiplyAdds > 200_000) { range in
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

/// The sum of all numbers of each channel, `[channels, size]` → `[channels]`: a bias's gradient.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func channelSums<Scalar: Real>(_ channels: Int, _ size: Int, _ a: [Scalar]) -> [Scalar] {
  let width = Scalar.Wide.scalarCount
  return [Scalar](unsafeUninitializedCapacity: channels) { result, filled in
    filled = channels
    result.initialize(repeating: 0)
    a.withUnsafeBufferPointer { a in
      guard let a = a.baseAddress, let result = result.baseAddress else { return }
      parallel(channels, grain: 1, worth: channels &* size > 40_000) { range in
        for c in range {
          var (sums, rest) = (Scalar.Wide(repeating: 0), Scalar.Wide(repeating: 0))
          let base = a + c &* size
          var i = 0
          while i &+ width <= size {
            sums += UnsafeRawPointer(base + i).loadUnaligned(as: Scalar.Wide.self)
            i &+= width
          }
          for j in i..<size { rest[j &- i] = base[j] }
          result[c] = (sums + rest).sum()
        }
      }
    }
  }
}
