import Core
import SequenceSets

/// Recordings of vowels as spectrograms, and what is said in them.
struct Recordings {
  /// `[count, bands, frames]`, standardised with one mean and one deviation.
  let sounds: Tensor<Float>
  let labels: [[Int]]
  /// Where each vowel is, in frames; for looking only, no network sees it.
  let places: [[Range<Int>]]
  let mean, deviation: Float

  var count: Int { labels.count }
  var frames: Int { sounds.shape[2] }

  /// Draws recordings; they are standardised with another set's numbers, or with their own.
  init(_ count: Int, like other: Recordings? = nil, using generator: inout SplitMix64) {
    var (values, labels, places) = ([Float](), [[Int]](), [[Range<Int>]]())
    for _ in 0..<count {
      let word = Vowels.draw(using: &generator)
      values += Spectrogram.of(word.samples).transposed.scalars  // [bands, frames]
      labels.append(word.labels)
      places.append(
        word.places.map { $0.lowerBound / Spectrogram.hop..<$0.upperBound / Spectrogram.hop })
    }
    let frames = Spectrogram.frameCount(samples: Vowels.sampleCount)
    let raw = Tensor(values, shape: [count, Spectrogram.bands, frames])
    let own = raw.mean()
    mean = other?.mean ?? own
    deviation =
      other?.deviation ?? ((raw - own).squaredNorm() / Float(raw.count)).squareRoot()
    sounds = (raw - mean) / deviation
    (self.labels, self.places) = (labels, places)
  }
}

/// How many symbols must be changed, put in or left out to make one list of another.
func distance(_ a: [Int], _ b: [Int]) -> Int {
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let changed = diagonal + (x == y ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(changed, row[j] + 1, diagonal + 1)
    }
  }
  return row[b.count]
}
