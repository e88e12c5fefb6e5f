import Backprop
import Testing

/// f = (1 - x)² + 100·(y - x²)².
private func rosenbrock(_ p: Tensor<Double>) -> Double {
  let (x, y) = (p[0], p[1])
  return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x)
}

private func rosenbrockGradient(_ p: Tensor<Double>) -> Tensor<Double> {
  let (x, y) = (p[0], p[1])
  return Tensor([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])
}

@Suite struct NewtonTests {
  @Test func `a system is solved where the first pivot is zero, and at any size`() throws {
    let swapped = Tensor<Double>(rows: [[0, 2], [3, 1]])
    #expect(try solve(swapped, Tensor([4, 5])).scalars == [1, 2])
    for n in [1, 2, 3, 7, 17] {
      var generator = SplitMix64(seed: UInt64(n))
      let a = Tensor<Double>(shape: [n, n], using: &generator)
      let x = Tensor<Double>(shape: [n, 1], using: &generator)
      #expect(close(try solve(a, matmul(a, x).reshaped([n])), x.reshaped([n]), 1e-10))
    }
    #expect(try solve(Tensor(shape: [0, 0]), Tensor([])).count == 0)
  }

  @Test func `a flat direction is an error that says what to add`() {
    let flat = Tensor<Double>(rows: [[1, 2, 3], [2, 4, 6], [1, 1, 1]])
    let error = #expect(throws: SingularMatrix.self) { try solve(flat, Tensor([1, 2, 3])) }
    #expect(error?.description.contains("Add a damping") == true)
    #expect(throws: SingularMatrix.self) { try solve(Tensor(shape: [2, 2]), Tensor([0, 0])) }
  }

  @Test func `second derivatives come from the gradient, or from the function alone`() {
    let p = Tensor([-1.2, 1])
    let exact = Tensor<Double>(
      rows: [[2 - 400 * (1 - 3 * 1.44), 480], [480, 200]])
    #expect(close(hessian(ofGradient: rosenbrockGradient, at: p), exact, 1e-8))
    #expect(close(hessian(of: rosenbrock, at: p), exact, 1e-5))
  }

  @Test func `one step reaches a quadratic's minimum`() throws {
    let a = Tensor<Double>(rows: [[3, 1, 0], [1, 2, 0.5], [0, 0.5, 10]])
    let bottom = Tensor<Double>([1, -2, 3])
    func gradient(_ x: Tensor<Double>) -> Tensor<Double> {
      matmul(a, (x - bottom).reshaped([3, 1])).reshaped([3])
    }
    let start = Tensor<Double>([10, 20, -30])
    let next = try newtonStep(
      from: start, gradient: gradient(start), hessian: hessian(ofGradient: gradient, at: start))
    #expect(close(next, bottom, 1e-7))
  }

  @Test func `Rosenbrock's valley takes a few steps`() throws {
    var p = Tensor([-1.2, 1])
    for _ in 0..<7 {
      p = try newtonStep(
        from: p, gradient: rosenbrockGradient(p),
        hessian: hessian(ofGradient: rosenbrockGradient, at: p))
    }
    #expect(close(p, Tensor([1, 1]), 1e-6))
  }

  @Test func `at a saddle a plain step stays, and a damped one goes down`() throws {
    // f = x² - y²
    let (p, curvature) = (Tensor([0.5, 0.1]), Tensor<Double>(rows: [[2, 0], [0, -2]]))
    let gradient = Tensor([1, -0.2])
    #expect(try newtonStep(from: p, gradient: gradient, hessian: curvature).scalars == [0, 0])
    let damped = try newtonStep(from: p, gradient: gradient, hessian: curvature, damping: 3)
    #expect(damped[0] * damped[0] - damped[1] * damped[1] < 0.25 - 0.01)
    #expect(damped[1] > p[1])
  }

  @Test func `any optimizer moves a point that belongs to no network`() {
    func end(_ optimizer: some Optimizer<Double>) -> Tensor<Double> {
      var (optimizer, p) = (optimizer, Tensor<Double>([3, -2]))
      for _ in 0..<400 { optimizer.update(&p, p * Tensor([2, 20])) }
      return p
    }
    #expect(end(SGD(learningRate: 0.05)).norm() < 1e-3)
    #expect(end(Momentum(learningRate: 0.02)).norm() < 1e-3)
    #expect(end(Nesterov(learningRate: 0.02)).norm() < 1e-3)
    #expect(end(AdaGrad(learningRate: 1)).norm() < 1e-3)
    #expect(end(Adam(learningRate: 0.1)).norm() < 1e-2)
  }
}
