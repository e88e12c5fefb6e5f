import Backprop
import Datasets
import Testing

@Suite struct `The shipped images` {
  @Test func `MNIST is whole: counts, classes and first labels`() throws {
    let (train, test) = try MNIST.load()
    #expect([train.height, train.width, test.height, test.width] == [28, 28, 28, 28])
    #expect(
      histogram(train) == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    #expect(histogram(test) == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    #expect(train.labels.prefix(10) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    #expect(test.labels.prefix(10) == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    #expect(train.pixels.count == 47_040_000)
    #expect(test.pixels.count == 7_840_000)
  }

  @Test func `MNIST's pixels are scaled to 0…1, with the known mean`() throws {
    let (train, _) = try MNIST.load()
    let start = threadSeconds
    let inputs = train.inputs(as: Float.self)
    let seconds = threadSeconds - start
    #expect(inputs.shape == [60_000, 784])
    #expect(seconds < 3, "unspecialised code takes over 3 s")
    #expect(inputs.min() == 0)
    #expect(inputs.max() == 1)
    #expect(abs(inputs.mean() - 0.1307) <= 0.00005)
  }

  @Test func `inputs and images are the same numbers in two shapes`() throws {
    let few = try MNIST.load().test.first(3)
    let inputs = few.inputs(as: Double.self)
    let images = few.images(as: Double.self)
    #expect(images.shape == [3, 1, 28, 28])
    #expect(images.reshaped([3, 784]) == inputs)
    for place in [0, 1, 202, 783] {
      #expect(inputs[2, place] == Double(few.pixels[2 * 784 + place]) / 255)
    }
  }

  @Test func `Fashion-MNIST is balanced, and its classes have names`() throws {
    let (train, test) = try FashionMNIST.load()
    #expect(histogram(train) == [Int](repeating: 1000, count: 10))
    #expect(histogram(test) == [Int](repeating: 200, count: 10))
    #expect(train.labels.prefix(10) == [9, 0, 0, 3, 0, 2, 7, 2, 5, 5])
    #expect(test.labels.prefix(10) == [9, 2, 1, 1, 6, 1, 4, 6, 5, 7])
    #expect(train.classes[train.labels[0]] == "ankle boot")
  }

  @Test func `subsets keep each image with its label`() throws {
    let test = try MNIST.load().test
    let chosen = test.samples(at: [5, 0, 5])
    #expect(chosen.labels == [1, 7, 1])
    #expect(
      chosen.pixels
        == Array(
          test.pixels[5 * 784..<6 * 784] + test.pixels[..<784] + test.pixels[5 * 784..<6 * 784]))
    #expect(test.first(4) == test.samples(at: [0, 1, 2, 3]))
    #expect(test.first(0).inputs(as: Float.self).shape == [0, 784])
    #expect(test.first(.max) == test)
  }

  private func histogram(_ data: ImageData) -> [Int] {
    data.labels.reduce(into: [Int](repeating: 0, count: 10)) { $0[$1] += 1 }
  }
}
