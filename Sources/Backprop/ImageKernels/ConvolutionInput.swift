// Convolution backward, the input: dx[offset k] += Σₒ w[o, k]·dy[o]. What forward gathered from a
// patch, backward scatters back to it, and where patches overlap the contributions add.
//
// At a stride of 1 the contributions to one pixel come from a patch of dy, so they can be gathered, too:
// a convolution of dy with the kernels turned by half a turn. That is faster where dy is nearly as
// large as the input, as nothing is read and written again.

package import Kernels

/// R elements of a patch, for C vectors of samples.
private enum ScatterTile<V: SIMD, let R: Int, let C: Int> where V.Scalar: Real {
  typealias Scalar = V.Scalar

  @inline(__always)
  static func run(
    _ outputs: Int, _ patch: Int, _ w: UnsafePointer<Scalar>, _ dY: UnsafePointer<Scalar>,
    _ plane: Int, _ dX: UnsafeMutablePointer<Scalar>, _ offsets: UnsafePointer<Int>
  ) {
    var sums = InlineArray<R, InlineArray<C, V>>(repeating: .init(repeating: V(repeating: 0)))
    var row = InlineArray<C, V>(repeating: V(repeating: 0))
    for o in 0..<outputs {
      let source = UnsafeRawPointer(dY + o &* plane)
      for s in 0..<C {
        row[s] = source.loadUnaligned(fromByteOffset: s &* MemoryLayout<V>.stride, as: V.self)
      }
      for r in 0..<R {
        let weight = V(repeating: w[o &* patch &+ r])
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
        let target = UnsafeMutableRawPointer(dX + (offsets[r] &+ s &* V.scalarCount))
        target.storeBytes(of: target.loadUnaligned(as: V.self) + sums[r][s], as: V.self)
      }
    }
  }
}

/// The elements of a patch in a range, for C vectors of samples.
private enum ScatterPanel<V: SIMD, let C: Int> where V.Scalar: Real {
  typealias Scalar = V.Scalar

  @inline(__always)
  static func run(
    _ elements: Range<Int>, _ outputs: Int, _ patch: Int, _ w: UnsafePointer<Scalar>,
    _ dY: UnsafePointer<Scalar>, _ plane: Int, _ dX: UnsafeMutablePointer<Scalar>,
    _ offsets: UnsafePointer<Int>
  ) {
    var (k, end) = (elements.lowerBound, elements.upperBound)
    #if AVX512
      while k &+ 8 <= end {
        ScatterTile<V, 8, C>.run(outputs, patch, w + k, dY, plane, dX, offsets + k)
        k &+= 8
      }
    #elseif FMA || arch(arm64)
      while k &+ 6 <= end {
        ScatterTile<V, 6, C>.run(outputs, patch, w + k, dY, plane, dX, offsets + k)
        k &+= 6
      }
    #endif
    while k &+ 4 <= end {
      ScatterTile<V, 4, C>.run(outputs, patch, w + k, dY, plane, dX, offsets + k)
      k &+= 4
    }
    while k < end {
      ScatterTile<V, 1, C>.run(outputs, patch, w + k, dY, plane, dX, offsets + k)
      k &+= 1
    }
  }
}

/// What one position of the output gives back to its patch, the widest vectors of samples first.
@inline(__always)
private func position<Scalar: Real>(
  _ samples: Int, _ elements: Range<Int>, _ outputs: Int, _ patch: Int, _ w: UnsafePointer<Scalar>,
  _ dY: UnsafePointer<Scalar>, _ plane: Int, _ dX: UnsafeMutablePointer<Scalar>,
  _ offsets: UnsafePointer<Int>
) {
  var j = 0
  let (wide, narrow) = (Scalar.Wide.scalarCount, Scalar.Narrow.scalarCount)
  #if AVX512
    while j &+ 2 &* wide <= samples {
      ScatterPanel<Scalar.Wide, 2>.run(elements, outputs, patch, w, dY + j, plane, dX + j, offsets)
      j &+= 2 &* wide
    }
  #endif
  #if FMA || arch(arm64)
    while j &+ wide <= samples {
      ScatterPanel<Scalar.Wide, 1>.run(elements, outputs, patch, w, dY + j, plane, dX + j, offsets)
      j &+= wide
    }
  #endif
  while j &+ narrow <= samples {
    ScatterPanel<Scalar.Narrow, 1>.run(elements, outputs, patch, w, dY + j, plane, dX + j, offsets)
    j &+= narrow
  }
  while j < samples {
    for k in elements {
      var sum: Scalar = 0
      for o in 0..<outputs {
        #if FMA || arch(arm64)
          sum.addProduct(w[o &* patch &+ k], dY[o &* plane &+ j])
        #else
          sum += w[o &* patch &+ k] * dY[o &* plane &+ j]
        #endif
      }
      dX[offsets[k] &+ j] += sum
    }
    j &+= 1
  }
}

/// The kernels turned by half a turn, inputs and outputs exchanged:
/// `[channels, outputs/groups, kernelHeight, kernelWidth]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func turned<Scalar: Real>(_ w: [Scalar], _ shape: ConvolutionShape) -> [Scalar] {
  let (inputs, outputs) = (shape.groupChannels, shape.groupOutputs)
  let area = shape.kernelHeight * shape.kernelWidth
  return (0..<shape.channels).flatMap { channel in
    let (group, c) = channel.quotientAndRemainder(dividingBy: inputs)
    return (0..<outputs).flatMap { o in
      let first = ((group * outputs + o) * inputs + c) * area
      return w[first..<first + area].reversed()
    }
  }
}

extension ConvolutionShape {
  /// The convolution of dY that gathers the gradient of the input without its border, and the border of
  /// zeros that dY then has; nil where there is none, or scattering takes fewer multiply-adds.
  fileprivate func gathering(
    without border: Int
  ) -> (shape: ConvolutionShape, border: (rows: Int, columns: Int))? {
    let reach = (rows: (kernelHeight - 1) * dilation, columns: (kernelWidth - 1) * dilation)
    let (rows, columns) = (height - 2 * border, width - 2 * border)
    guard stride == 1, height == outputHeight + reach.rows, width == outputWidth + reach.columns,
      border <= min(reach.rows, reach.columns),
      4 * rows * columns <= 5 * outputHeight * outputWidth
    else { return nil }
    let turned = ConvolutionShape(
      channels: outputs, outputs: channels, height: rows + reach.rows,
      width: columns + reach.columns, outputHeight: rows, outputWidth: columns,
      kernelHeight: kernelHeight, kernelWidth: kernelWidth, stride: 1, dilation: dilation,
      groups: groups, samples: samples)
    return (turned, (reach.rows - border, reach.columns - border))
  }
}

/// The gradient of a convolution's padded input, `[channels, height, width, samples]`.
///
/// - Parameters:
///   - dY: The gradient of its outputs, `[outputs, outputHeight, outputWidth, samples]`.
///   - w: The kernels, `[outputs, channels/groups, kernelHeight, kernelWidth]`.
///   - shape: The sizes of all of them, which are taken as given.
///   - border: How many rows and columns on each side are padding, and not wanted.
/// - Returns: The gradient without the border; its positions, or the input channels, are shared out
///   among the threads.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func convolutionInputGradient<Scalar: Real>(
  _ dY: [Scalar], _ w: [Scalar], _ shape: ConvolutionShape,
  without border: Int = 0
) -> [Scalar] {
  shape.requireArrays(
    input: nil, kernels: w.count, outputs: dY.count, border: (border, border),
    "convolutionInputGradient")
  // A border of zeros times ∞ would be NaN, where scattering has no border.
  if let turn = shape.gathering(without: border), w.allSatisfy({ $0.isFinite }) {
    return convolution(
      dY, turned(w, shape), [Scalar](repeating: 0, count: shape.channels), turn.shape,
      border: turn.border)
  }
  let dX = scattered(dY, w, shape)
  guard border > 0 else { return dX }
  return cropped(
    dX, channels: shape.channels, height: shape.height - 2 * border,
    width: shape.width - 2 * border, samples: shape.samples, by: border)
}

/// The gradient of the padded input, position after position.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func scattered<Scalar: Real>(
  _ dY: [Scalar], _ w: [Scalar], _ shape: ConvolutionShape
) -> [Scalar] {
  let (count, offsets) = (shape.channels * shape.plane, shape.offsets)
  requireRoom(count, bytesEach: MemoryLayout<Scalar>.stride, "convolutionInputGradient")
  return [Scalar](unsafeUninitializedCapacity: count) { dX, filled in
    filled = count
    dY.withUnsafeBufferPointer { dY in
      w.withUnsafeBufferPointer { w in
        offsets.withUnsafeBufferPointer { offsets in
          guard !shape.isEmpty, let dX = dX.baseAddress, let w = w.baseAddress,
            let dY = dY.baseAddress, let offsets = offsets.baseAddress
          else { return dX.initialize(repeating: 0) }
          let (samples, columns) = (shape.samples, shape.outputWidth)
          let (outputs, patch, plane) = (shape.groupOutputs, shape.patch, shape.outputPlane)
          let (inputs, kernel) = (shape.groupChannels, shape.kernelHeight &* shape.kernelWidth)
          let (rowStep, columnStep) = (shape.rowStep, shape.columnStep)
          let positions = shape.outputHeight &* columns
          parallel(shape.channels, grain: 1, worth: shape.multiplyAdds > 200_000) { range in
            (dX + range.lowerBound &* shape.plane)
              .initialize(repeating: 0, count: range.count &* shape.plane)
            var c = range.lowerBound
            while c < range.upperBound {
              // The part of one group that is in the range.
              let (g, first) = (c / inputs, c % inputs)
              let last = min(inputs, first &+ range.upperBound &- c)
              let (o, input) = (g &* outputs, g &* inputs &* shape.plane)
              for p in 0..<positions {
                let place = p / columns &* rowStep &+ p % columns &* columnStep
                position(
                  samples, first &* kernel..<last &* kernel, outputs, patch, w + o &* patch,
                  dY + (o &* plane &+ p &* samples), plane, dX + (input &+ place), offsets)
              }
              c &+= last &- first
            }
          }
        }
      }
    }
  }
}
