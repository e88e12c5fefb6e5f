// Convolutions, their gradients, borders and pooling: samples innermost, [channel][y][x][sample].

import ImageKernels
import Kernels

/// One convolution, its sizes and its loops as the textbook has them.
private struct Textbook<Scalar: Real> {
  let channels, outputs, size, kernel, stride, dilation, groups, samples: Int
  var output: Int { (size - (kernel - 1) * dilation - 1) / stride + 1 }
  var shape: ConvolutionShape {
    ConvolutionShape(
      channels: channels, outputs: outputs, height: size, width: size, outputHeight: output,
      outputWidth: output, kernelHeight: kernel, kernelWidth: kernel, stride: stride,
      dilation: dilation, groups: groups, samples: samples)
  }
  var name: String {
    "\(channels)→\(outputs), \(kernel)×\(kernel) on \(size)×\(size), stride \(stride), dilation "
      + "\(dilation), \(groups) groups, \(samples) samples"
  }

  /// Calls `body` for each kernel element of a position, in the order of the kernel's sums: the places
  /// in w, in x and in y.
  func forEachPatch(_ body: (_ o: Int, _ y: Int, _ x: Int, _ elements: [(w: Int, x: Int)]) -> Void)
  {
    let (into, outOf) = (channels / groups, outputs / groups)
    for o in 0..<outputs {
      for row in 0..<output {
        for column in 0..<output {
          var elements = [(w: Int, x: Int)]()
          for c in 0..<into {
            for i in 0..<kernel {
              for j in 0..<kernel {
                let channel = o / outOf * into + c
                let place =
                  (channel * size + row * stride + i * dilation) * size + column * stride + j
                  * dilation
                elements.append((((o * into + c) * kernel + i) * kernel + j, place * samples))
              }
            }
          }
          body(o, row, column, elements)
        }
      }
    }
  }

  func forward(_ x: [Scalar], _ w: [Scalar], _ bias: [Scalar]) -> [Scalar] {
    var y = [Scalar](repeating: 0, count: outputs * output * output * samples)
    forEachPatch { o, row, column, elements in
      for s in 0..<samples {
        var sum = bias[o]
        for e in elements { sum.addProduct(w[e.w], x[e.x + s]) }
        y[((o * output + row) * output + column) * samples + s] = sum
      }
    }
    return y
  }

  func backward(_ dY: [Scalar], _ x: [Scalar], _ w: [Scalar]) -> (dX: [Scalar], dW: [Scalar]) {
    var (dX, dW) = ([Double](repeating: 0, count: x.count), [Double](repeating: 0, count: w.count))
    forEachPatch { o, row, column, elements in
      for s in 0..<samples {
        let d = dY[((o * output + row) * output + column) * samples + s]
        for e in elements {
          dX[e.x + s] += Double(d) * Double(w[e.w])
          dW[e.w] += Double(d) * Double(x[e.x + s])
        }
      }
    }
    return (dX.map { Scalar($0) }, dW.map { Scalar($0) })
  }
}

func checkConvolutions<Scalar: Real>(_ type: Scalar.Type) {
  let cases = [
    Textbook<Scalar>(
      channels: 1, outputs: 1, size: 3, kernel: 2, stride: 1, dilation: 1, groups: 1, samples: 1),
    Textbook<Scalar>(
      channels: 3, outputs: 17, size: 7, kernel: 3, stride: 1, dilation: 1, groups: 1, samples: 19),
    Textbook<Scalar>(
      channels: 4, outputs: 6, size: 9, kernel: 3, stride: 2, dilation: 2, groups: 2, samples: 33),
    Textbook<Scalar>(
      channels: 6, outputs: 13, size: 6, kernel: 1, stride: 1, dilation: 1, groups: 1, samples: 40),
    Textbook<Scalar>(
      channels: 5, outputs: 5, size: 8, kernel: 3, stride: 1, dilation: 1, groups: 5, samples: 7),
    Textbook<Scalar>(
      channels: 7, outputs: 10, size: 8, kernel: 5, stride: 1, dilation: 1, groups: 1, samples: 64),
  ]
  for one in cases {
    let shape = one.shape
    let x: [Scalar] = random(one.channels * one.size * one.size * one.samples, 21)
    let w: [Scalar] = random(one.outputs * one.channels / one.groups * one.kernel * one.kernel, 22)
    let bias: [Scalar] = random(one.outputs, 23)
    let dY: [Scalar] = random(one.outputs * one.output * one.output * one.samples, 24)
    let (dX, dW) = one.backward(dY, x, w)
    check(same(convolution(x, w, bias, shape), one.forward(x, w, bias)), one.name)
    check(
      near(
        convolutionInputGradient(dY, w, shape), dX, summands: one.outputs * one.kernel * one.kernel),
      "\(one.name): dx")
    check(
      near(
        convolutionWeightGradient(dY, x, shape), dW,
        summands: one.output * one.output * one.samples),
      "\(one.name): dw")
    check(isTheSameOnThreads { convolution(x, w, bias, shape) }, "\(one.name), threads")
    check(isTheSameOnThreads { convolutionInputGradient(dY, w, shape) }, "\(one.name): dx, threads")
    check(
      isTheSameOnThreads { convolutionWeightGradient(dY, x, shape) }, "\(one.name): dw, threads")

    var damaged = x
    damaged[x.count / 2] = .nan
    damaged[x.count / 3] = .infinity
    check(
      same(convolution(damaged, w, bias, shape), one.forward(damaged, w, bias)),
      "\(one.name), with NaN and ∞")
    let wide = padded(
      x, channels: one.channels, height: one.size, width: one.size, samples: one.samples, by: 2)
    let border = one.size + 4
    check(
      same(
        cropped(
          wide, channels: one.channels, height: one.size, width: one.size, samples: one.samples,
          by: 2), x) && wide.count == one.channels * border * border * one.samples
        && wide.count { $0 != 0 } == x.count { $0 != 0 },
      "\(one.name): a border of zeros, and its removal")
  }
}

/// Pooling of one channel: each window's largest number or mean, and where gradients go.
func checkPooling<Scalar: Real>(_ type: Scalar.Type) {
  for (size, window, step, padding, samples) in [
    (6, 2, 2, 0, 19), (7, 3, 2, 1, 5), (5, 2, 1, 0, 33), (4, 2, 2, 0, 1), (9, 3, 3, 1, 16),
  ] {
    let (channels, output) = (3, (size + 2 * padding - window) / step + 1)
    let shape = PoolingShape(
      channels: channels, height: size, width: size, samples: samples, outputHeight: output,
      outputWidth: output, window: window, stride: step, padding: padding)
    var x: [Scalar] = random(channels * size * size * samples, 31)
    // Ties, a NaN and an infinity.
    for i in stride(from: 0, to: x.count, by: 5) { x[i] = 0.25 }
    (x[x.count / 2], x[x.count / 3]) = (.nan, -.infinity)
    let dY: [Scalar] = random(channels * output * output * samples, 32)

    var (y, means) = (dY, dY)
    var (dX, dMeans) = (
      [Scalar](repeating: 0, count: x.count), [Scalar](repeating: 0, count: x.count)
    )
    for place in dY.indices {
      let (s, at) = (place % samples, place / samples)
      let (column, row, c) = (at % output, at / output % output, at / output / output)
      let windowRows = (0..<window).map { row * step - padding + $0 }
      let windowColumns = (0..<window).map { column * step - padding + $0 }
      var inside = [Int]()
      for i in windowRows where 0..<size ~= i {
        for j in windowColumns where 0..<size ~= j {
          inside.append(((c * size + i) * size + j) * samples + s)
        }
      }
      var (best, sum) = (inside.first ?? 0, Scalar(0))
      for i in inside {
        if !(x[best] != x[best]) && (x[i] > x[best] || x[i] != x[i]) { best = i }
        sum += x[i]
      }
      (y[place], means[place]) = (x[best], sum * (1 / Scalar(window * window)))
      dX[best] += dY[place]
      for i in inside { dMeans[i] += dY[place] * (1 / Scalar(window * window)) }
    }
    let name = "windows of \(window), \(step) apart, on \(size)×\(size), \(samples) samples"
    let (largest, places) = maximumPooling(x, shape)
    check(same(largest, y), "max pooling, \(name)")
    check(
      same(maximumPoolingGradient(dY, places: places, shape), dX), "max pooling, \(name): dx")
    check(same(averagePooling(x, shape), means), "average pooling, \(name)")
    check(same(averagePoolingGradient(dY, shape), dMeans), "average pooling, \(name): dx")
    check(isTheSameOnThreads { maximumPooling(x, shape).y }, "max pooling, \(name), threads")
  }
  checkPositionMeans(type)
}

private func checkPositionMeans<Scalar: Real>(_ type: Scalar.Type) {
  let (channels, positions, samples) = (5, 49, 17)
  let x: [Scalar] = random(channels * positions * samples, 33)
  var means = [Scalar](repeating: 0, count: channels * samples)
  for (place, number) in x.enumerated() {
    means[place / samples / positions * samples + place % samples] += number / 49
  }
  check(
    near(
      positionMeans(x, channels: channels, positions: positions, samples: samples), means,
      summands: positions),
    "means over positions")
  var share = x
  for place in x.indices {
    share[place] = means[place / samples / positions * samples + place % samples] / 49
  }
  check(
    near(
      positionMeansGradient(means, channels: channels, positions: positions, samples: samples),
      share, summands: 2),
    "means over positions: dx")
}
