import Problems16

public enum Answers: Chapter16 {
  /// Exercise 16.1: the gradient of a whole batch, from those of its shards.
  ///
  ///     loss = 1/N Σᵢ lossᵢ, over all N samples of the batch
  ///
  /// Shard k has nₖ of the samples, and its machine has computed the gradient of its own mean loss, over these
  /// nₖ. N = Σ nₖ. The gradient of the whole batch's loss is asked for.
  /// Lesson: chapter 16, "A sum that may be split". About 10 minutes, difficulty 1 of 5.
  /// Stuck? `swift run workbook hint 16.1`
  ///
  /// - Parameters:
  ///   - means: A row for each shard, its gradient, `[shards, n]`.
  ///   - sizes: nₖ, how many samples each shard has, 1 or more.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The gradient of the batch's mean loss, `[n]`.
  public static func shardedGradient(_ means: Matrix, sizes: [Int]) throws -> Matrix {
    throw Todo("16.1")
  }

  /// Exercise 16.2: the sum of all workers' vectors, on every worker, by messages around a ring.
  ///
  /// N workers stand in a ring; worker w can send to worker w + 1 alone, the last one to worker 0. Each cuts
  /// its vector of n numbers into N chunks, chunk 0 first. Where N does not divide n, the first n % N chunks
  /// are longer by one; with fewer numbers than workers some are empty. In a step all workers send one chunk
  /// each, at the same time. The first N - 1 steps begin with worker w sending chunk w; what arrives is added
  /// to the receiver's own, and is what it sends in the next step. The other N - 1 steps hand the finished
  /// chunks around; what arrives replaces the receiver's own.
  /// Lesson: chapter 16, "Around the ring". About 25 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 16.2`
  ///
  /// - Parameter vectors: A row for each worker, `[N, n]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: What each worker holds in the end, `[N, n]`, and how many numbers each has sent in all.
  public static func ringAllReduce(_ vectors: Matrix) throws -> (results: Matrix, sent: [Int]) {
    throw Todo("16.2")
  }

  /// Exercise 16.3: the largest numbers of a step are sent, the others remembered.
  ///
  /// A worker owes its step to the others, and all that it has not sent before. Of this sum it sends the k
  /// numbers that are largest in size, as they are; of equally large ones those with the lower index. What it
  /// does not send stays in its memory. Nothing is lost, and nothing is sent twice.
  /// Handy: `x.scalars.indices.sorted { … }` puts places in order.
  /// Lesson: chapter 16, "The largest first". About 15 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 16.3`
  ///
  /// - Parameters:
  ///   - step: The new step, η times the gradient, `[n]`.
  ///   - memory: What has not been sent so far, `[n]`.
  ///   - k: How many numbers go, from 1 to n.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: What is sent, `[n]`, 0 at the places that are not; and the new memory, `[n]`.
  public static func topKWithMemory(
    _ step: Matrix, memory: Matrix, k: Int
  ) throws -> (sent: Matrix, memory: Matrix) {
    throw Todo("16.3")
  }

  /// Exercise 16.4: one network's weights, from those that several clients have come to.
  ///
  /// Client k has trained on nₖ samples of its own. Its weights count as often as it has samples. A client
  /// without samples has not trained; whatever stands in its row, even nan, must not reach the result.
  /// Lesson: chapter 16, "The data stay where they are". About 10 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 16.4`
  ///
  /// - Parameters:
  ///   - weights: A row for each client, `[clients, n]`.
  ///   - sizes: nₖ, at least 0, and not all 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The weighted mean, `[n]`.
  public static func federatedAverage(_ weights: Matrix, sizes: [Int]) throws -> Matrix {
    throw Todo("16.4")
  }

  /// Exercise 16.5: a gradient that hides each sample, for a dense layer y = x·W + b.
  ///
  /// Sample i's own gradient, of W and b together, is a vector gᵢ. If it is longer than C, it is shortened to
  /// the length C; else it stays as it is. The shortened ones are added up, noise is added to the sum once, C
  /// times what is given, and all is divided by B. B is how many samples a lot has on average; how many came
  /// this time may be more or fewer.
  /// Lesson: chapter 16, "A sum that may not be split". About 25 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 16.5`
  ///
  /// - Parameters:
  ///   - dy: ∂lossᵢ/∂yᵢ, a sample a row, `[m, out]`: of each sample's own loss, not divided by m.
  ///   - x: The layer's input, `[m, in]`.
  ///   - clip: C, above 0.
  ///   - noiseW: The noise for W, before it is multiplied with C, `[in, out]`.
  ///   - noiseB: The noise for b, before it is multiplied with C, `[out]`.
  ///   - lot: B, above 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The length of each gᵢ, before it is shortened, `[m]`; and the private gradients of W,
  ///   `[in, out]`, and of b, `[out]`.
  public static func privateGradient(
    _ dy: Matrix, x: Matrix, clip: Double, noiseW: Matrix, noiseB: Matrix, lot: Double
  ) throws -> (norms: Matrix, dW: Matrix, db: Matrix) {
    throw Todo("16.5")
  }

  /// Exercise 16.6: the gradient through a gradient step, for a linear model.
  ///
  ///     L(w) = 1/m Σ (x·w - y)²   w′ = w - α∇L_s(w)   loss = L_q(w′)
  ///
  /// L_s is the loss of the support set, L_q that of the query set, each a mean over its own samples.
  /// A challenge: no chapter needs it.
  /// Lesson: chapter 16, "A gradient through a step". About 25 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 16.6`
  ///
  /// - Parameters:
  ///   - w: The weights before the step, `[n]`.
  ///   - supportX: The inputs of the support set, `[s, n]`.
  ///   - supportY: Their targets, `[s]`.
  ///   - queryX: The inputs of the query set, `[q, n]`.
  ///   - queryY: Their targets, `[q]`.
  ///   - rate: α, at least 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: w′ and ∂loss/∂w, each `[n]`.
  public static func mamlBackward(
    _ w: Matrix, supportX: Matrix, supportY: Matrix, queryX: Matrix, queryY: Matrix, rate: Double
  ) throws -> (adapted: Matrix, dw: Matrix) {
    throw Todo("16.6")
  }
}
