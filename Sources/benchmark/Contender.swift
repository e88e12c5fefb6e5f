import Foundation

/// Something that is measured: it works for about as long as it is told, and says how much it did in
/// a second.
struct Contender {
  let name: String
  let rate: (_ seconds: Double) throws -> Double

  init(_ name: String, rate: @escaping (_ seconds: Double) throws -> Double) {
    (self.name, self.rate) = (name, rate)
  }

  /// Calls `step` until the time is over, and counts `amount` for each call.
  init(_ name: String, amount: Double, step: @escaping () -> Void) {
    self.init(name) { seconds in
      let start = now()
      var (calls, elapsed) = (0.0, 0.0)
      repeat {
        step()
        calls += 1
        elapsed = now() - start
      } while elapsed < seconds
      return calls * amount / elapsed
    }
  }
}

/// Seconds on a clock that only goes forward.
func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

/// The middle one of some numbers, the mean of two where their number is even.
func median(_ numbers: [Double]) -> Double {
  let sorted = numbers.sorted()
  guard let last = sorted.last else { return .nan }
  let middle = sorted.count / 2
  return sorted.count % 2 == 1
    ? sorted[middle] : (sorted[middle - 1] + min(sorted[middle], last)) / 2
}

/// Measures contenders in turn, round by round, so that whatever else the machine does meets all.
///
/// - Parameters:
///   - contenders: Each is measured once a round, after one measurement that does not count.
///   - rounds: How often.
///   - seconds: How long each measurement takes.
/// - Returns: The median rate of each.
/// - Throws: What a contender throws.
func interleaved(
  _ contenders: [Contender], rounds: Int, seconds: Double
) throws -> [Double] {
  var rates = contenders.map { _ in [Double]() }
  for contender in contenders { _ = try contender.rate(min(seconds, 0.1)) }
  for _ in 0..<rounds {
    for place in contenders.indices {
      rates[place].append(try contenders[place].rate(seconds))
      // Threads that wait for more work spin a while, OpenMP's up to 0.2 s: not in another's time.
      usleep(contenders.count > 1 ? 250_000 : 5000)
    }
  }
  return rates.map(median)
}
