/// The numbers of some stretches, one behind the other; of long ones several threads copy parts.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func joined<Scalar: Real>(_ stretches: ArraySlice<Scalar>...) -> [Scalar] {
  let count = stretches.reduce(0) { $0 + $1.count }
  return [Scalar](unsafeUninitializedCapacity: count) { result, filled in
    filled = count
    guard var target = result.baseAddress else { return }
    for stretch in stretches {
      stretch.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        let place = target
        parallel(stretch.count, grain: 64, worth: stretch.count > 40_000) { range in
          (place + range.lowerBound)
            .initialize(from: source + range.lowerBound, count: range.count)
        }
      }
      target += stretch.count
    }
  }
}
