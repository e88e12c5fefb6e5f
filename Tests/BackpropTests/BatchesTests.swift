import Backprop
import Testing

@Suite struct `Mini-batches and splits` {
  @Test(arguments: [
    (count: 10, size: 3, dropLast: false, sizes: [3, 3, 3, 1]),
    (10, 3, true, [3, 3, 3]), (9, 3, false, [3, 3, 3]), (9, 3, true, [3, 3, 3]),
    (2, 5, false, [2]), (2, 5, true, []), (0, 5, false, []), (3, 1, false, [1, 1, 1]),
    (5, .max, false, [5]),
  ])
  func `the last batch holds the rest, unless it is dropped`(
    count: Int, size: Int, dropLast: Bool, sizes: [Int]
  ) {
    var generator = SplitMix64(seed: 1)
    let shuffled = Batches(of: count, size: size, dropLast: dropLast, using: &generator)
    let ordered = Batches(of: count, size: size, dropLast: dropLast)
    #expect(shuffled.map(\.count) == sizes)
    #expect(shuffled.count == sizes.count)
    #expect(ordered.flatMap { $0 } == Array(0..<sizes.reduce(0, +)))
    if !dropLast { #expect(shuffled.flatMap { $0 }.sorted() == Array(0..<count)) }
    #expect(Set(shuffled.flatMap { $0 }).count == sizes.reduce(0, +))
  }

  @Test func `each epoch has an order of its own, and a seed fixes them all`() {
    func epochs(_ seed: UInt64) -> [[Int]] {
      var generator = SplitMix64(seed: seed)
      return (0..<3).map { _ in Batches(of: 40, size: 8, using: &generator).flatMap { $0 } }
    }
    #expect(epochs(1) == epochs(1))
    #expect(Set(epochs(1) + epochs(2)).count == 6)
  }

  @Test(arguments: [
    (count: 100, validation: 20, test: 10), (5, 0, 0), (5, 5, 0), (5, 2, 3), (0, 0, 0),
  ])
  func `a split has the sizes asked for and each sample once`(
    count: Int, validation: Int, test: Int
  ) {
    var generator = SplitMix64(seed: 2)
    let sets = split(of: count, validation: validation, test: test, using: &generator)
    #expect(sets.validation.count == validation)
    #expect(sets.test.count == test)
    #expect((sets.training + sets.validation + sets.test).sorted() == Array(0..<count))
  }

  @Test func `a split is drawn at random`() {
    var generator = SplitMix64(seed: 3)
    let first = split(of: 100, validation: 20, using: &generator)
    let second = split(of: 100, validation: 20, using: &generator)
    #expect(first.validation != second.validation)
    #expect(first.validation.sorted() != Array(0..<20))
  }

  @Test(arguments: [(count: 10, k: 5), (11, 5), (14, 5), (7, 7), (2, 2), (50, 3)])
  func `each sample validates in one fold and trains in the others`(count: Int, k: Int) {
    var generator = SplitMix64(seed: 4)
    let folds = folds(of: count, into: k, using: &generator)
    #expect(folds.count == k)
    #expect(folds.flatMap(\.validation).sorted() == Array(0..<count))
    for fold in folds {
      #expect((fold.training + fold.validation).sorted() == Array(0..<count))
      #expect([count / k, (count + k - 1) / k].contains(fold.validation.count))
    }
  }

  @Test func `a batch size of 0 stops with a sentence`() async {
    await #expect(processExitsWith: .failure) { _ = Batches(of: 10, size: 0) }
  }

  @Test func `more folds than samples stop with a sentence`() async {
    await #expect(processExitsWith: .failure) {
      var generator = SplitMix64(seed: 0)
      _ = folds(of: 3, into: 4, using: &generator)
    }
  }

  @Test func `a split that takes more than there is stops with a sentence`() async {
    await #expect(processExitsWith: .failure) {
      var generator = SplitMix64(seed: 0)
      _ = split(of: 3, validation: 2, test: .max, using: &generator)
    }
  }

  @Test func `a batch beyond the last stops with a sentence`() async {
    await #expect(processExitsWith: .failure) { _ = Batches(of: 10, size: 5)[2] }
  }
}
