import Backprop
import Foundation
import Testing

/// Float's own elementary functions, beside the C library's in Double.
@Suite struct ElementaryTests {
  enum Function: String, CaseIterable, Sendable {
    case exp, logOnePlus, tanh, sigmoid, silu, gelu, quickTanh, quickLogistic

    /// The function of an array, so that the loop of vectors is tried, and of one number.
    func values(_ x: [Float]) -> [Float] {
      switch self {
      case .exp: x.map { Float.exp($0) }
      case .logOnePlus: x.map { Float.log(onePlus: $0) }
      case .tanh: Activation.tanh(Tensor(x)).scalars
      case .sigmoid: Activation.sigmoid(Tensor(x)).scalars
      case .silu: Activation.silu(Tensor(x)).scalars
      case .gelu: Activation.gelu(Tensor(x)).scalars
      case .quickTanh: x.map { Float.quickTanh($0) }
      case .quickLogistic: x.map { Float.quickLogistic($0) }
      }
    }

    func exact(_ x: Double) -> Double {
      switch self {
      case .exp: Foundation.exp(x)
      case .logOnePlus: Foundation.log1p(x)
      case .tanh, .quickTanh: Foundation.tanh(x)
      // Below -87 a Float has fewer digits: 0 is as good as what they say.
      case .quickLogistic: x < -87 ? 0 : Activation.sigmoid.value(at: x)
      case .sigmoid: Activation.sigmoid.value(at: x)
      case .silu: Activation.silu.value(at: x)
      case .gelu: Activation.gelu.value(at: x)
      }
    }

    /// How far from the nearest number it may be, in units of the last place; σ is not taken in Double,
    /// and neither are the quick ones.
    var units: Double {
      switch self {
      case .sigmoid, .quickLogistic: 2.5
      case .quickTanh: 1.6
      default: 0.503
      }
    }
  }

  /// Floats of every size and sign, and those where something changes.
  static let numbers: [Float] = {
    let swept = stride(from: UInt32(0), through: .max - 40_009, by: 40_009).map {
      Float(bitPattern: $0)
    }
    let near = (-30_000...30_000).map { Float($0) / 1500 }
    return swept + near + [
      0, -0.0, .infinity, -.infinity, .nan, 1, -1, 0.02, -0.02, 88.72284, 88.7229, -87.33655,
      -103.97, -103.98, -104, 700, -700, 701, -701, 0.41421354, 0.4142136, -0.29289323, -0.2928932,
      -0.99999994, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude,
    ]
  }()

  @Test(arguments: Function.allCases)
  func `a function of a Float is the nearest to the exact one`(function: Function) {
    var worst = (units: 0.0, x: Float(0))
    for (x, y) in zip(Self.numbers, function.values(Self.numbers)) {
      let exact = function.exact(Double(x))
      let nearest = Float(exact)
      if nearest.isNaN || nearest.isInfinite || x == 0 {
        #expect(
          nearest.isNaN ? y.isNaN : y == nearest && y.sign == nearest.sign,
          "\(function)(\(x)) is \(y), should be \(nearest)")
        continue
      }
      let units = abs(Double(y) - exact) / Double(nearest.ulp)
      if !(units <= worst.units) { worst = (units, x) }
    }
    #expect(worst.units <= function.units, "\(function)(\(worst.x))")
  }
}
