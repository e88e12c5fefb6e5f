import Backprop
import Kernels
import Testing
import Training

@Suite struct ScaledAndShiftedTests {
  @Test(arguments: [
    [1, 1], [3, 5], [2, 16], [700, 3], [300, 33], [1000, 40], [1, 100], [0, 4],
  ])
  func `factors and summands of columns, and their gradients, are those of plain loops`(
    sizes: [Int]
  ) {
    let (rows, columns) = (sizes[0], sizes[1])
    let (x, dY) = (random([rows, columns], seed: 1), random([rows, columns], seed: 2))
    let (scale, shift) = (random([columns], seed: 3), random([columns], seed: 4))
    let y = scaledAndShifted(
      rows, columns, x.scalars, scale: scale.scalars, shift: shift.scalars)
    let gradients = scaledAndShiftedGradients(
      rows, columns, dY.scalars, x.scalars, scale: scale.scalars)
    let sums = rowElementSums(rows, columns, x.scalars, shift.scalars)
    var (dScale, dShift) = (zeros(columns), zeros(columns))
    for i in 0..<rows {
      for j in 0..<columns {
        let place = i * columns + j
        #expect(abs(y[place] - (scale.scalars[j] * x.scalars[place] + shift.scalars[j])) < 1e-14)
        #expect(gradients.dX[place] == scale.scalars[j] * dY.scalars[place])
        #expect(sums[place] == x.scalars[place] + shift.scalars[j])
        dScale.scalars[j] += dY.scalars[place] * x.scalars[place]
        dShift.scalars[j] += dY.scalars[place]
      }
    }
    #expect(isClose(Tensor(gradients.dScale), dScale) && isClose(Tensor(gradients.dShift), dShift))
  }

  @Test func `they do not depend on the number of threads, and lose nothing in long sums`() {
    let (rows, columns) = (1 << 18, 17)
    let tenths = [Float](repeating: 0.1, count: rows * columns)
    let factors = [Float](repeating: 5, count: columns)
    let count = Threads.count
    defer { Threads.count = count }
    var results: [[[Float]]] = []
    for threads in [1, 3] {
      Threads.count = threads
      let gradients = scaledAndShiftedGradients(rows, columns, tenths, tenths, scale: factors)
      #expect(gradients.dX.allSatisfy { $0 == 0.5 })
      results.append([gradients.dScale, gradients.dShift])
    }
    #expect(results[0] == results[1])
    for (sum, tenth) in zip(results[0], [Float(0.1) * Float(0.1), 0.1]) {
      let whole = Double(rows) * Double(tenth)
      #expect(sum.allSatisfy { abs(Double($0) / whole - 1) < 1e-5 })
    }
  }
}
