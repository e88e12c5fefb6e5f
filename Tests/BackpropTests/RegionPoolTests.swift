import Backprop
import Testing

private func region(_ row: [Int]) -> Region {
  Region(image: row[0], x1: row[1], y1: row[2], x2: row[3], y2: row[4])
}

@Suite struct RegionPoolTests {
  @Test func `a worked example has the values that were made independently`() {
    let x = Tensor<Double>([1, 5, 2, 4, 0, 3, 7, 6, 8], shape: [1, 1, 3, 3])
    let regions = [region([0, 0, 0, 3, 3]), region([0, 0, 1, 2, 3])]
    let dY = Tensor<Double>([1, 2, 3, 4, 0.1, 0.2, 0.3, 0.4], shape: [2, 1, 2, 2])
    let (y, places) = regionMaxPool(x, regions: regions, bins: 2)
    #expect(abs((y * dY).sum() - 72.9) < 1e-10)
    let dX = regionMaxPoolBackward(dY, x, regions: regions)
    #expect(
      zip(dX.scalars, [0, 3, 0, 0.1, 0.2, 0, 3.3, 0.4, 4]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(regionMaxPoolBackward(dY, places: places, inputShape: x.shape) == dX)
  }

  @Test(arguments: 1...12)
  func `its gradient is the slope of its output, wherever regions lie`(seed: UInt64) {
    var draw = Draw(seed: seed)
    let (m, c, h, w) = (draw.size(1...3), draw.size(1...2), draw.size(2...6), draw.size(2...6))
    let x = draw.tensor([m, c, h, w])
    let regions = (0..<4).map { _ in
      let (x1, y1) = (draw.size(0...w - 1), draw.size(0...h - 1))
      return region([
        draw.size(0...m - 1), x1, y1, x1 + draw.size(1...w - x1), y1 + draw.size(1...h - y1),
      ])
    }
    let bins = draw.size(1...4)
    let dY = draw.tensor([4, c, bins, bins])
    func loss(_ x: Tensor<Double>) -> Double {
      (dY * regionMaxPool(x, regions: regions, bins: bins).output).sum()
    }
    let dX = regionMaxPoolBackward(dY, x, regions: regions)
    #expect(gradientsAgree(dX, numericalGradient(of: loss, at: x), loss: loss(x)))
    #expect(abs(dX.sum() - dY.sum()) < 1e-9, "each bin gives all that it gets")
  }

  @Test func `a region of the whole image in bins that fit is max pooling`() {
    var draw = Draw(seed: 20)
    let x = draw.tensor([1, 3, 6, 6])
    let (y, _) = regionMaxPool(x, regions: [region([0, 0, 0, 6, 6])], bins: 3)
    #expect(y == maxPool2dReference(x, PoolingGeometry(window: 2)))
  }

  @Test func `the first of equal numbers takes the gradient, and a NaN that of its bin`() {
    var x = Tensor<Double>(repeating: 3, shape: [1, 1, 2, 3])
    let whole = [region([0, 0, 0, 3, 2])]
    let dY = Tensor<Double>(repeating: 5, shape: [1, 1, 1, 1])
    #expect(regionMaxPoolBackward(dY, x, regions: whole).scalars == [5, 0, 0, 0, 0, 0])
    x[0, 0, 1, 1] = .nan
    let (y, places) = regionMaxPool(x, regions: whole, bins: 1)
    #expect(y[0, 0, 0, 0].isNaN && places == [4])
    x[0, 0, 1, 2] = .nan
    #expect(regionMaxPool(x, regions: whole, bins: 1).places == [4], "the first of two NaNs")
  }

  @Test func `no regions have no output, and a gradient of zero`() {
    let (y, places) = regionMaxPool(zeros(1, 2, 3, 3), regions: [], bins: 2)
    #expect(y.shape == [0, 2, 2, 2] && places.isEmpty)
    #expect(regionMaxPoolBackward(y, zeros(1, 2, 3, 3), regions: []) == zeros(1, 2, 3, 3))
  }
}
