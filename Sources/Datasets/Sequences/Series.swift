public import Core

/// Sums of two sine waves with noise, to be forecast one step ahead.
public enum TimeSeries {
  /// The noise's standard deviation: no forecast can have a smaller error than this.
  public static let noise = 0.1

  /// Series `[count, steps]`, each of two sines of amplitude 1 with periods between 8 and 40 steps and
  /// any phases, and of noise.
  public static func draw(
    _ count: Int, steps: Int, using generator: inout some RandomNumberGenerator
  ) -> Tensor<Float> {
    require(
      count >= 1 && steps >= 1,
      "TimeSeries: \(count) series of \(steps) steps; both must be at least 1")
    var series = Tensor<Float>(shape: [count, steps])
    for i in 0..<count {
      let waves = [0, 1].map { _ in
        (period: 8 + 32 * generator.uniform(), phase: 2 * Double.pi * generator.uniform())
      }
      for t in 0..<steps {
        let clean = waves.reduce(0) {
          $0 + Double.sin(2 * Double.pi * Double(t) / $1.period + $1.phase)
        }
        series[i, t] = Float(clean + noise * generator.normal())
      }
    }
    return series
  }
}
