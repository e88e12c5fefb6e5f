import Checking
import Core

/// The spectral radius of a square matrix, the largest absolute value of its eigenvalues.
///
/// It is the limit of ‖Wᵏ‖^(1/k) (Gelfand, 1941), here for k = 2²⁴, by squaring.
func spectralRadius(_ matrix: Matrix) -> Double {
  var (power, logarithm, exponent) = (matrix, 0.0, 1.0)
  for _ in 0..<24 {
    let norm = power.norm()
    guard norm > 0 else { return 0 }
    // matrix^exponent = power·e^(logarithm·exponent), with power kept near 1
    logarithm += Double.log(norm) / exponent
    power = power / norm
    power = matmul(power, power)
    exponent *= 2
  }
  return Double.exp(logarithm + Double.log(max(power.norm(), .leastNormalMagnitude)) / exponent)
}
