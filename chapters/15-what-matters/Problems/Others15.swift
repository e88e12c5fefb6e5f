import Checking
import Core

// The same questions but for one argument that is no tensor and no single number.

extension DistillationQuestion {
  public var others: [Self] {
    func changed(_ labels: [Int]) -> Self {
      Self(
        z: z, teacher: teacher, labels: labels, temperature: temperature, alpha: alpha)
    }
    return [
      changed(labels.map { ($0 + 1) % z.columns }), changed(labels.map { z.columns - 1 - $0 }),
      changed(labels.reversed()),
    ]
  }
}

extension QuantizationQuestion {
  public var others: [Self] {
    [2, 3, 5].filter { $0 != bits }.map { Self(weight: weight, dy: dy, step: step, bits: $0) }
  }
}

extension SharedWeightQuestion {
  public var others: [Self] {
    func changed(_ place: (Int) -> Int) -> Self {
      Self(codebook: codebook, dW: dW, index: index.map { $0.map(place) })
    }
    let k = codebook.count
    let upsideDown = Self(codebook: codebook, dW: dW, index: index.reversed())
    return [changed { ($0 + 1) % k }, changed { k - 1 - $0 }, upsideDown]
      + [Self(codebook: Matrix(shape: [k + 1]), dW: dW, index: index)]
  }
}

extension IntegratedGradientsQuestion {
  public var others: [Self] {
    [steps + 1, 2 * steps].map {
      Self(x: x, baseline: baseline, curvature: curvature, cubic: cubic, steps: $0)
    }
  }
}
