// Convolution forward: y[o] = b[o] + Σₖ w[o, k]·x[offset k], for each position and sample.

package import Kernels

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
}

/// All outputs of one group, for C vectors of samples: as many at a time as registers hold.
private enum GatherPanel<V: SIMD, let C: Int> where V.Scalar: Real {
  typealias Scalar = V.Scalar

  @inline(__always)
  static func run(
    _ outputs: Int, _ patch: Int, _ w: UnsafePointer<Scalar>, _ x: UnsafePointer<Scalar>,
    _ offsets: UnsafePointer<Int>, _ bias: UnsafePointer<Scalar>,
    _ y: UnsafeMutablePointer<Scalar>, _ plane: Int
  ) {
    var o = 0
    #if AVX512
      while o &+ 8 <= outputs {
        GatherTile<V, 8, C>.run(patch, w + o &* patch, x, offsets, bias + o, y + o &* plane, plane)
        o &+= 8
      }
    #endif
    #if FMA || arch(arm64)
      while o &+ 6 <= outputs {
        GatherTile<V, 6, C>.run(patch, w + o &* patch, x, offsets, bias + o, y + o &* plane, plane)
        o &+= 6
      }
    #endif
    while o &+ 4 <= outputs {
      GatherTile<V, 4, C>.run(patch, w + o &* patch, x, offsets, bias + o, y + o &* plane, plane)
      o &+= 4
    }
    while o < outputs {
      GatherTile<V, 1, C>.run(patch, w + o &* patch, x, offsets, bias + o, y + o &* plane, plane)
      o &+= 1
    }
  }
}

/// All outputs of one group at one position, the widest vectors of samples first.
@inline(__always)
private func position<Scalar: Real>(
  _ samples: Int, _ outputs: Int, _ patch: Int, _ w: UnsafePointer<Scalar>,
  _ x: UnsafePointer<Scalar>, _ offsets: UnsafePointer<Int>, _ bias: UnsafePointer<Scalar>,
  _ y: UnsafeMutablePointer<Scalar>, _ plane: Int
) {
  var j = 0
  let (wide, narrow) = (Scalar.Wide.scalarCount, Scalar.Narrow.scalarCount)
  #if AVX512
    while j &+ 2 &* wide <= samples {
      GatherPanel<Scalar.Wide, 2>.run(outputs, patch, w, x + j, offsets, bias, y + j, plane)
      j &+= 2 &* wide
    }
  #endif
  #if FMA || arch(arm64)
    while j &+ wide <= samples {
      GatherPanel<Scalar.Wide, 1>.run(outputs, patch, w, x + j, offsets, bias, y + j, plane)
      j &+= wide
    }
  #endif
  while j &+ narrow <= samples {
    GatherPanel<Scalar.Narrow, 1>.run(outputs, patch, w, x + j, offsets, bias, y + j, plane)
    j &+= narrow
  }
  while j < samples {
    for o in 0..<outputs {
      var sum = bias[o]
      for k in 0..<patch {
        #if FMA || arch(arm64)
          sum.addProduct(w[o &* patch &+ k], x[offsets[k] &+ j])
        #else
          sum += w[o &* patch &+ k] * x[offsets[k] &+ j]
        #endif
      }
      y[o &* plane &+ j] = sum
    }
    j &+= 1
  }
}

/// The outputs of a convolution, `[outputs, outputHeight, outputWidth, samples]`.
///
/// - Parameters:
///   - x: The padded input, `[channels, height, width, samples]`.
///   - w: The kernels, `[outputs, channels/groups, kernelHeight, kernelWidth]`.
///   - bias: One number for each output.
///   - shape: The sizes of all of them, which are taken as given.
/// - Returns: The outputs; positions are shared out among the threads.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func convolution<Scalar: Real>(
  _ x: [Scalar], _ w: [Scalar], _ bias: [Scalar], _ shape: ConvolutionShape
) -> [Scalar] {
  shape.requireArrays(input: x.count, kernels: w.count, outputs: nil, "convolution")
  require(
    bias.count == shape.outputs,
    "convolution: \(bias.count) numbers are no bias of \(shape.outputs) outputs; give one each")
  let (count, offsets) = (shape.outputs * shape.outputPlane, shape.offsets)
  requireRoom(count, bytesEach: MemoryLayout<Scalar>.stride, "convolution")
  return [Scalar](unsafeUninitializedCapacity: count) { y, filled in
    filled = count
    x.withUnsafeBufferPointer { x in
      w.withUnsafeBufferPointer { w in
        bias.withUnsafeBufferPointer { bias in
          offsets.withUnsafeBufferPointer { offsets in
            guard !shape.isEmpty, let x = x.baseAddress, let w = w.baseAddress,
              let y = y.baseAddress, let bias = bias.baseAddress,
              let offsets = offsets.baseAddress
            else {
              // Where no channel comes in, every output is its bias.
              for i in 0..<count { y.initializeElement(at: i, to: bias[i / shape.outputPlane]) }
              return
            }
            let (samples, columns) = (shape.samples, shape.outputWidth)
            let (outputs, patch) = (shape.groupOutputs, shape.patch)
            let (plane, inputs) = (shape.outputPlane, shape.groupChannels &* shape.plane)
            let (rowStep, columnStep) = (shape.rowStep, shape.columnStep)
            let positions = shape.outputHeight &* columns
            parallel(positions, grain: 1, worth: shape.multiplyAdds > 200_000) { range in
              for g in 0..<shape.groups {
                let o = g &* outputs
                for p in range {
                  let place = p / columns &* rowStep &+ p % columns &* columnStep
                  position(
                    samples, outputs, patch, w + o &* patch, x + (g &* inputs &+ place), offsets,
                    bias + o, y + (o &* plane &+ p &* samples), plane)
                }
              }
            }
          }
        }
      }
    }
  }
}
