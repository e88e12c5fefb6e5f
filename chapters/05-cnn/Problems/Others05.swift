import Checking
import Core
import Images

// The same questions but for one argument that is no tensor and no single number.

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
