import Backprop

// For the questions whose arguments are not all tensors and single numbers: the same question but for
// one argument, so that an answer that does not look at it is wrong.

extension NumericalGradientQuestion {
  public var others: [Self] {
    let f = f
    return [
      Self("2·(\(formula))", at: x, step: step) { 2 * (try f($0)) },
      Self(formula, at: x.map { 0.5 * $0 + 0.25 }, step: step, of: f),
    ]
  }
}

extension PowNodeQuestion {
  public var others: [Self] { [Self(x: x, exponent: exponent + 1, upstream: upstream)] }
}

extension OrderQuestion {
  public var others: [Self] {
    guard parents.count < 100 else { return [] }
    let last = parents.count - 1
    /// The same graph with its nodes numbered anew.
    func numbered(_ number: (Int) -> Int) -> Self {
      var renumbered = parents
      for node in parents.indices { renumbered[number(node)] = parents[node].map(number) }
      return Self(name, parents: renumbered, root: number(root))
    }
    return [
      numbered { last - $0 },
      numbered { $0 == root ? root : $0 == last - root ? last - root : last - $0 },
      numbered { ($0 + 1) % (last + 1) },
      Self(name, parents: parents, root: (root + 1) % (last + 1)),
    ]
  }
}

extension GraphQuestion {
  public var others: [Self] {
    [
      Self(name, graph: moved, order: order, tangents: tangents),
      Self(name, graph: graph, order: order, tangents: tangents.map { -2 * $0 }),
    ]
  }

  /// The same computation with other numbers at its leaves.
  private var moved: ExpressionGraph {
    var moved = graph
    for i in order {
      let operands = moved.nodes[i].parents.map { moved.nodes[$0].value }
      switch operands.count {
      case 0: moved.nodes[i].value = 1.25 * moved.nodes[i].value + 0.125
      case 1:
        let (value, slope, _) = moved.nodes[i].operation(operands[0])
        (moved.nodes[i].value, moved.nodes[i].slopes) = (value, [slope])
      default:
        let (value, slopeA, slopeB) = moved.nodes[i].operation(operands[0], operands[1])
        (moved.nodes[i].value, moved.nodes[i].slopes) = (value, [slopeA, slopeB])
      }
    }
    return moved
  }
}

extension WeightedQuestion {
  public var others: [Self] {
    [
      Self(
        logits: logits, labels: labels.map { ($0 + 1) % logits.columns }, classWeights: classWeights
      ),
      Self(logits: logits, labels: labels.reversed(), classWeights: classWeights),
      Self(logits: logits, labels: labels, classWeights: classWeights.reversed().map { $0 + 1 }),
    ].filter { other in other.labels.contains { other.classWeights[$0] > 0 } }
  }
}

extension AnswersQuestion {
  public var others: [Self] {
    [
      Self(predicted: predicted.reversed(), actual: actual, classes: classes),
      Self(predicted: predicted.map { ($0 + 1) % classes }, actual: actual, classes: classes),
      Self(predicted: predicted, actual: actual.map { ($0 + 1) % classes }, classes: classes),
      Self(predicted: predicted, actual: actual, classes: classes + 1),
    ]
  }
}

extension ScoresQuestion {
  public var others: [Self] {
    [
      Self(scores: scores.map { -$0 }, positives: positives),
      Self(scores: scores.reversed(), positives: positives),
      Self(scores: scores, positives: positives.map { !$0 }),
      Self(scores: scores, positives: positives.reversed()),
    ]
  }
}

extension ConvolutionQuestion {
  public var others: [Self] {
    let (stride, padding, groups) = (geometry.stride, geometry.padding, geometry.groups)
    /// Another size of one thing; only where the output keeps its shape.
    func sized(_ x: [Int], _ weight: [Int], stride: Int, padding: Int) -> Self {
      Self(x: x, weight: weight, stride: stride, padding: padding, groups: groups, seed: 58)
    }
    var (taller, longer) = (x.shape, weight.shape)
    taller[2] += 1
    longer[2] += 1
    var found = [sized(taller, weight.shape, stride: stride, padding: padding)]
    found.append(sized(x.shape, weight.shape, stride: stride + 1, padding: padding))
    found.append(sized(x.shape, weight.shape, stride: stride, padding: padding + 1))
    if longer[2] <= x.shape[2] + 2 * padding {
      found.append(sized(x.shape, longer, stride: stride, padding: padding))
    }
    let same = found.filter { $0.dy.shape == dy.shape }.map { other in
      Self(
        x: other.x.shape == x.shape ? x : other.x,
        weight: other.weight.shape == weight.shape ? weight : other.weight, bias: bias, dy: dy,
        other.geometry)
    }
    // A window of two on five pixels stands at two places, whatever the stride and the padding here.
    let small = sized(
      [1, x.shape[1], 5, 5], [weight.shape[0], weight.shape[1], 2, 2], stride: 3, padding: 0)
    return same
      + [(3, 0), (2, 0), (3, 1)].map { stride, padding in
        Self(
          x: small.x, weight: small.weight, bias: bias, dy: small.dy,
          ConvolutionGeometry(stride: stride, padding: padding, groups: groups))
      }
  }
}

extension PoolingQuestion {
  public var others: [Self] {
    func sized(_ shape: [Int], window: Int, stride: Int) -> Self {
      Self(shape, window: window, stride: stride, seed: 79)
    }
    var taller = x.shape
    taller[2] += 1
    var found = [
      sized(taller, window: window, stride: stride),
      sized(x.shape, window: window, stride: stride + 1),
    ]
    if window < min(x.shape[2], x.shape[3]) {
      found.append(sized(x.shape, window: window + 1, stride: stride))
    }
    let same = found.filter { $0.dy.shape == dy.shape }.map {
      Self(x: $0.x.shape == x.shape ? x : $0.x, dy: dy, window: $0.window, stride: $0.stride)
    }
    // On five pixels both windows stand at two places, with both strides.
    let small = sized([1, 1, 5, 5], window: 2, stride: 2)
    return same
      + [(2, 2), (2, 3), (3, 2)].map {
        Self(x: small.x, dy: small.dy, window: $0, stride: $1)
      }
  }
}

extension AdamQuestion {
  public var others: [Self] {
    [
      Self(
        parameter: parameter, gradient: gradient, m: m, v: v, step: step + 1,
        learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon)
    ]
  }
}

extension ClippingQuestion {
  public var others: [Self] {
    [
      Self(gradients: gradients.map { -2 * $0 }, limit: limit),
      Self(gradients: gradients.map { $0 + 0.5 }, limit: limit),
      Self(gradients: gradients.map(doubledButFirst), limit: limit),
    ]
  }
}

extension WarmupQuestion {
  public var others: [Self] {
    func changed(step: Int = 0, warmup: Int = 0, total: Int = 0, by factor: Double = 1) -> Self {
      Self(
        step: self.step + step, warmup: self.warmup + warmup, total: self.total + total,
        peak: factor * peak, minimum: minimum)
    }
    return [
      changed(step: 1), changed(warmup: 1, total: 0), changed(total: 1), changed(by: 1.5),
    ].filter { $0.warmup < $0.total }
  }
}

extension WeightGradientsQuestion {
  public var others: [Self] {
    [
      Self(gradients: gradients.map { 2 * $0 }), Self(gradients: gradients.map { $0 + 0.5 }),
      Self(gradients: gradients.map(doubledButFirst)),
    ]
  }
}

extension FanQuestion {
  public var others: [Self] {
    [Self(fanIn: fanIn + 1, fanOut: fanOut), Self(fanIn: fanIn, fanOut: fanOut + 1)]
  }
}

extension FanInQuestion {
  public var others: [Self] { [Self(fanIn: fanIn + 1)] }
}

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
private func doubledButFirst(_ x: Matrix) -> Matrix {
  var doubled = 2 * x
  doubled.scalars[0] = x.scalars[0]
  return doubled
}
