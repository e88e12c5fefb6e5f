import Checking

// The same questions but for one argument that is no tensor and no single number.

extension ProjectionQuestion {
  public var others: [Self] {
    var taller = x.shape
    taller[2] += 1
    let outputs = weight.shape[0]
    let same = [
      Self(x: taller, outputs: outputs, stride: stride, seed: 88),
      Self(x: x.shape, outputs: outputs, stride: stride + 1, seed: 88),
    ].filter { $0.dy.shape == dy.shape }.map {
      Self(x: $0.x.shape == x.shape ? x : $0.x, weight: weight, dy: dy, stride: $0.stride)
    }
    // Of four pixels both strides take two.
    let small = Self(x: [1, x.shape[1], 4, 4], outputs: outputs, stride: 2, seed: 88)
    return same
      + [2, 3].map { Self(x: small.x, weight: small.weight, dy: small.dy, stride: $0) }
  }
}

extension GlobalPoolQuestion {
  public var others: [Self] {
    var taller = x.shape
    taller[2] += 1
    return [Self(x: Matrix(shape: taller), dy: dy)]
  }
}

extension BottleneckQuestion {
  public var others: [Self] {
    func changed(_ i: Int = 0, _ m: Int = 0, _ o: Int = 0, _ s: Int = 0) -> Self {
      Self(inputs: inputs + i, middle: middle + m, outputs: outputs + o, stride: stride + s)
    }
    return [changed(1), changed(0, 1), changed(0, 0, 1), changed(0, 0, 0, 1)]
  }
}

/// Twice a tensor, but for its first number.
