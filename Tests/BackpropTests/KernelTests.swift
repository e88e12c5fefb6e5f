import Backprop
import Dispatch
import Kernels
import Processor
import Synchronization
import Testing

private func random<Scalar: Real>(_ shape: [Int], seed: UInt64) -> Tensor<Scalar> {
  var generator = SplitMix64(seed: seed)
  return Tensor(shape: shape, using: &generator)
}

/// The product of each form with the largest difference from the textbook loop, in rounding errors
/// of a sum of k terms.
private func largestError<Scalar: Real>(_ m: Int, _ k: Int, _ n: Int, _ type: Scalar.Type) -> Scalar
{
  let a: Tensor<Scalar> = random([m, k], seed: 1)
  let b: Tensor<Scalar> = random([k, n], seed: 2)
  let expected = matmulReference(a, b)
  let forms = [
    matmul(a, b), matmul(transposed: a.transposed, b), matmul(a, transposed: b.transposed),
  ]
  let unit = Scalar.ulpOfOne * Scalar(k)
  return forms.map { ($0 - expected).scalars.reduce(0) { max($0, abs($1)) } / unit }.max() ?? 0
}

/// Products that are cut into blocks along k, packed, and shared out by rows or by columns.
@Suite(.serialized) struct KernelTests {
  static let products = [
    (1, 700, 300), (16, 193, 32), (17, 769, 97), (64, 784, 256), (63, 385, 130), (130, 200, 67),
    (257, 1030, 259), (300, 1025, 33), (16, 2300, 40),
    // and all that can be left at the right: less than a register, of few numbers, or of one
    (70, 64, 27), (24, 40, 19), (13, 20, 9), (40, 65, 7), (24, 40, 5), (9, 33, 3), (9, 33, 2),
    (9, 33, 1),
  ]

  @Test(arguments: products)
  func `a product of many blocks is that of the textbook loop`(m: Int, k: Int, n: Int) {
    #expect(largestError(m, k, n, Float.self) <= 1)
    #expect(largestError(m, k, n, Double.self) <= 1)
  }

  /// Sizes with which other libraries' products were wrong: Octavian.jl 193, tilelang-ascend 1341,
  /// oneDNN 6006, Fuser 3963, Tiled-MM 17, CUDA_gemm 6.
  @Test(arguments: [
    (25, 3000, 10), (64, 200, 128), (1, 2560, 65_537), (1752, 584, 477), (543, 2170, 217),
    (100, 100, 100),
  ])
  func `a product of whole numbers is exact, whatever is left beside its tiles`(
    m: Int, k: Int, n: Int
  ) {
    var (a, b) = ([Float](), [Float]())
    for i in 0..<m { a += [Float](repeating: Float(i % 5 + 1), count: k) }
    let row = (0..<n).map { Float($0 % 7 + 1) }
    for p in 0..<k { b += row.map { $0 * Float(p % 3 + 1) } }
    let whole = Float((0..<k).reduce(0) { $0 + $1 % 3 + 1 })
    let product = matmul(Tensor(a, shape: [m, k]), Tensor(b, shape: [k, n])).scalars
    let wrong = product.indices.first {
      product[$0] != whole * Float($0 / n % 5 + 1) * Float($0 % n % 7 + 1)
    }
    #expect(wrong == nil)
  }

  @Test(arguments: products)
  func `a product of many blocks has the same bits on 1, 2 and 3 threads`(m: Int, k: Int, n: Int) {
    let before = Threads.count
    defer { Threads.count = before }
    let (a, b): (Tensor<Float>, Tensor<Float>) = (
      random([m, k], seed: 3), random([k, n], seed: 4)
    )
    let results = [1, 2, 3].map { threads in
      Threads.count = threads
      return [matmul(a, b), matmul(transposed: a.transposed, b)]
    }
    #expect(results[1] == results[0] && results[2] == results[0])
  }

  @Test(arguments: [1, 2, 3, 9])
  func `every element is worked on once, whoever calls at the same time`(threads: Int) {
    let before = Threads.count
    defer { Threads.count = before }
    Threads.count = threads
    let callers = 4
    let missed = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: callers) { caller in
      for count in (0..<200).map({ $0 &* 7 &+ caller }) {
        var visits = [UInt8](repeating: 0, count: count)
        visits.withUnsafeMutableBufferPointer { visits in
          nonisolated(unsafe) let visits = visits
          parallel(count, grain: 3, worth: true) { part in
            for i in part { visits[i] += 1 }
          }
        }
        missed.add(visits.count { $0 != 1 }, ordering: .relaxed)
      }
    }
    #expect(missed.load(ordering: .relaxed) == 0)
  }

  @Test func `a row of a product does not depend on how many rows there are`() {
    let (a, b): (Tensor<Float>, Tensor<Float>) = (
      random([70, 2100], seed: 5), random([2100, 160], seed: 6)
    )
    let whole = matmul(a, b)
    for count in [1, 7, 16, 33] {
      #expect(matmul(a.rows(0..<count), b) == whole.rows(0..<count))
    }
  }

  @Test(arguments: [0, 1, 63, 64, 65, 40_001, 100_003])
  func `ReLU and its gradient are those of single numbers, on any number of threads`(count: Int) {
    let before = Threads.count
    defer { Threads.count = before }
    let (x, dY): (Tensor<Float>, Tensor<Float>) = (
      random([count], seed: 7), random([count], seed: 8)
    )
    for threads in 1...3 {
      Threads.count = threads
      #expect(rectified(x.scalars) == x.scalars.map { max($0, 0) })
      let expected = zip(x.scalars, dY.scalars).map { $0 > 0 ? $1 : 0 }
      #expect(rectifiedGradient(x.scalars, dY.scalars) == expected)
    }
  }

  @Test(arguments: [
    (InstructionSet.avx512, InstructionSet.avx2, "BACKPROP_CPU=avx2"),
    (.avx512, .baseline, "BACKPROP_CPU=baseline"), (.avx2, .baseline, "neither these nor AVX2"),
  ])
  func `a program for a newer processor says what to do`(
    built: InstructionSet, here: InstructionSet, words: String
  ) throws {
    let sentence = try #require(InstructionSet.complaint(built: built, here: here))
    #expect(sentence.contains(words) && sentence.contains(built.name))
  }

  @Test(arguments: InstructionSet.allCases)
  func `a program runs where it was built, and on anything better`(built: InstructionSet) {
    for here in InstructionSet.allCases where here >= built {
      #expect(InstructionSet.complaint(built: built, here: here) == nil)
    }
  }
}
