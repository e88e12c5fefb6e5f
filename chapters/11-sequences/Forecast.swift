import Core
import Figures
import Running
import SequenceLayers
import SequenceSets
import Sequences
import Training

/// A forecast with a band: mean and log-variance of the next value, by a GRU and by convolutions.
func showForecast(_ options: ChapterOptions, on screen: Screen) throws {
  screen.section("A forecast that knows how sure it is")
  let steps = options.quick ? 10 : 400
  screen.text(
    """
    Two sines and noise of 0.1; at every step the next value, its mean and its
    variance: \(steps) steps of 32 series. Measured from the 20th value on.
    """)
  var generator = SplitMix64(seed: options.seed)
  let gru = overTime(GRU<Float>(1, 24, using: &generator))
    .then(CausalConv1d(24, 2, taps: 1, .glorot, using: &generator))
  let convolutions = CausalConv1d<Float>(1, 24, taps: 2, dilation: 1, using: &generator)
    .then(Activation<Float>.tanh)
    .then(CausalConv1d(24, 24, taps: 2, dilation: 2, using: &generator)).then(Activation.tanh)
    .then(CausalConv1d(24, 24, taps: 2, dilation: 4, using: &generator)).then(Activation.tanh)
    .then(CausalConv1d(24, 24, taps: 2, dilation: 8, using: &generator)).then(Activation.tanh)
    .then(CausalConv1d(24, 2, taps: 1, .glorot, using: &generator))
  var table = Table("forecast", "error", "truth inside the 95 % band", "parameters")
  let test = Test(seed: options.seed &+ 1_000_003, count: options.quick ? 20 : 200)
  table.add("the value before", fixed(test.errorOfLast, 3), "", "")
  let forecaster = try train(gru, steps: steps, seed: options.seed, "GRU", on: screen)
  let other = try train(convolutions, steps: steps, seed: options.seed, "convolutions", on: screen)
  let (first, second) = (test.measure(forecaster), test.measure(other))
  table.add(
    "GRU of 24 units", fixed(first.error, 3), percent(first.inside, 1),
    grouped(forecaster.parameters.count))
  table.add(
    "convolutions, dilation 1 to 8", fixed(second.error, 3), percent(second.inside, 1),
    grouped(other.parameters.count))
  screen.table(table)
  try screen.figure(test.figure(forecaster), "forecast")
}

private let length = 80

private func train<Network: TensorLayer<Float>>(
  _ network: Network, steps: Int, seed: UInt64, _ name: String, on screen: Screen
) throws -> Network {
  var (network, generator) = (network, SplitMix64(seed: seed &+ 61))
  var optimizer = Clipped(Adam<Float>(learningRate: 0.01), toGlobalNorm: 1)
  var context = Context.training(seed: seed)
  for step in 0..<steps {
    let series = TimeSeries.draw(32, steps: length + 1, using: &generator)
    let next = columns(series, 1..<length + 1)
    optimizer.learningRate = cosineSchedule(step: step, of: steps, from: 0.01)
    _ = try network.trainingStep(
      columns(series, 0..<length), number: step, with: &optimizer, in: &context
    ) { gaussianLoss($0, truth: next) }
    if step % 10 == 0 { screen.progress("\(name): step \(step) of \(steps)") }
  }
  screen.endProgress()
  return network
}

/// The negative log-likelihood of a normal distribution, without its constant.
///
///     L = mean of ½(ℓ + (x - μ)²·e^(-ℓ)),   ℓ the log-variance, held in -8…4
///     dμ = (μ - x)·e^(-ℓ)/count    dℓ = ½(1 - (x - μ)²·e^(-ℓ))/count, 0 where ℓ is held
///
/// - Parameters:
///   - output: μ and ℓ, `[m, 2, t]`.
///   - truth: x, `[m, 1, t]`.
/// - Returns: The loss, and its gradient, `[m, 2, t]`.
func gaussianLoss(_ output: Tensor<Float>, truth: Tensor<Float>) -> Loss<Float> {
  let (m, t) = (output.shape[0], output.shape[2])
  let halves = columnBlocks(output.reshaped([m, 2 * t]), 2)
  let (mean, raw) = (halves[0], halves[1])
  let truth = truth.reshaped([m, t])
  let held = raw.map { min(max($0, -8), 4) }
  let precision = held.map { Float.exp(-$0) }
  let distance = mean - truth
  let surprise = distance * distance * precision
  let count = Float(m * t)
  let loss = (held + surprise).sum() / (2 * count)
  let dMean = distance * precision / count  // [m, t]
  let isFree = raw.map { $0 > -8 && $0 < 4 ? 1 : 0 }
  let dLog = (1 - surprise) * isFree / (2 * count)  // [m, t]
  return (loss, besideEachOther([dMean, dLog]).reshaped([m, 2, t]))
}

/// Series that no network has seen, and what forecasts of them are worth.
private struct Test {
  let series: Tensor<Float>
  private let from = 20

  init(seed: UInt64, count: Int) {
    var generator = SplitMix64(seed: seed)
    series = TimeSeries.draw(count, steps: length + 1, using: &generator)
  }

  /// The root of the mean square, where the value before is the forecast.
  var errorOfLast: Double {
    var sum = 0.0
    for i in 0..<series.rows {
      for t in from..<length { sum += Double.pow(Double(series[i, t + 1] - series[i, t]), 2) }
    }
    return (sum / Double(series.rows * (length - from))).squareRoot()
  }

  func measure<Network: TensorLayer<Float>>(
    _ network: Network
  ) -> (error: Double, inside: Double) {
    let output = network(columns(series, 0..<length))
    var (sum, inside) = (0.0, 0)
    for i in 0..<series.rows {
      for t in from..<length {
        let (mean, deviation) = forecast(output, i, t)
        let distance = Double(series[i, t + 1]) - mean
        sum += distance * distance
        if abs(distance) <= 1.96 * deviation { inside += 1 }
      }
    }
    let count = Double(series.rows * (length - from))
    return ((sum / count).squareRoot(), Double(inside) / count)
  }

  /// Mean and standard deviation of what comes after time t.
  private func forecast(_ output: Tensor<Float>, _ i: Int, _ t: Int) -> (Double, Double) {
    let place = i * 2 * length + t
    let log = min(max(Double(output.scalars[place + length]), -8), 4)
    return (Double(output.scalars[place]), Double.exp(log / 2))
  }

  func figure<Network: TensorLayer<Float>>(_ network: Network) -> Figure {
    let output = network(columns(series.rows([0]), 0..<length))
    let x = (0..<length).map { Double($0 + 1) }
    func line(_ name: String, _ factor: Double) -> Series {
      Series(
        name, x: x,
        y: (0..<length).map { t in
          let (mean, deviation) = forecast(output, 0, t)
          return mean + factor * deviation
        })
    }
    return .lines(
      "One step ahead, with a band of 95 %",
      description:
        "The truth as points, the forecast as a line between two others: wide in the first "
        + "steps, then close.", x: "time", y: "value",
      [
        Series(
          "truth", x: x, y: (0..<length).map { Double(series[0, $0 + 1]) }, style: .points),
        line("mean", 0), line("mean + 1.96 deviations", 1.96),
        line("mean - 1.96 deviations", -1.96),
      ])
  }
}
