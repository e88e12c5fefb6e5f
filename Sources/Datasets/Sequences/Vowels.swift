public import Core

/// Words of two to four "vowels", each of two tones, recorded with noise: sound without a microphone.
///
/// A vowel lasts 80 to 220 ms at 8,000 samples a second; both tones are moved up or down together by up to
/// 6 %, as a voice would; gaps of 20 to 60 ms stand around and between. Noise of the deviation 0.3 is
/// added everywhere, and all recordings are filled up with it to one length.
///
/// The tones are the first two formants of ten English vowels, men's averages of Peterson and Barney,
/// "Control methods used in a study of the vowels", 1952, table II. A pure tone is no voice.
public enum Vowels {
  /// One recording and what is said in it.
  public struct Word: Equatable, Sendable {
    /// The vowels in their order, 1 to 10.
    public let labels: [Int]
    /// The samples, `sampleCount` of them.
    public let samples: [Float]
    /// Where each vowel begins and ends, in samples.
    public let places: [Range<Int>]
  }

  /// Words with each vowel, for people.
  public static let names = [
    "heed", "hid", "head", "had", "hod", "hawed", "hood", "who'd", "hud", "heard",
  ]
  /// The number of classes with the blank, which is 0.
  public static let classCount = 11
  public static let sampleCount = 9_440
  static let rate = 8_000.0

  /// Both tones of each vowel, in hertz.
  public static let tones: [(first: Double, second: Double)] = [
    (270, 2290), (390, 1990), (530, 1840), (660, 1720), (730, 1090), (570, 840), (440, 1020),
    (300, 870), (640, 1190), (490, 1350),
  ]

  public static func draw(using generator: inout some RandomNumberGenerator) -> Word {
    var samples = [Float](repeating: 0, count: sampleCount)
    var (labels, places, position) = ([Int](), [Range<Int>](), 0)
    func length(_ milliseconds: ClosedRange<Double>) -> Int {
      let width = milliseconds.upperBound - milliseconds.lowerBound
      return Int((milliseconds.lowerBound + width * generator.uniform()) * rate / 1000)
    }
    for _ in 0..<2 + generator.integer(below: 3) {
      let label = 1 + generator.integer(below: 10)
      position += length(20...60)
      let (count, pitch) = (length(80...220), 1 + 0.06 * (2 * generator.uniform() - 1))
      let phases = (2 * Double.pi * generator.uniform(), 2 * Double.pi * generator.uniform())
      let (first, second) = tones[label - 1]
      let turn = 2 * Double.pi * pitch / rate
      for i in 0..<count {
        let (a, b) = (
          Double.sin(turn * first * Double(i) + phases.0),
          Double.sin(turn * second * Double(i) + phases.1)
        )
        samples[position + i] = Float(a + b)
      }
      labels.append(label)
      places.append(position..<position + count)
      position += count
    }
    for i in samples.indices { samples[i] += Float(0.3 * generator.normal()) }
    return Word(labels: labels, samples: samples, places: places)
  }
}

/// What a sound is made of, frame by frame: energies of bands of frequencies, as logarithms.
///
///     frames of 256 samples, 128 apart    times a periodic Hann window    |Fourier|²
///     three frequencies a band, 32 bands    log(power + 1e-3)
public enum Spectrogram {
  public static let frame = 256
  public static let hop = 128
  public static let bands = 32

  /// The number of frames of so many samples.
  public static func frameCount(samples: Int) -> Int { (samples - frame) / hop + 1 }

  /// The log-spectrogram of samples: `[frames, bands]`, the lowest band first.
  public static func of(_ samples: [Float]) -> Tensor<Float> {
    require(
      samples.count >= frame,
      "Spectrogram: \(samples.count) samples are less than a frame, \(frame)")
    let count = frameCount(samples: samples.count)
    var frames = Tensor<Float>(shape: [count, frame])
    for t in 0..<count {
      for i in 0..<frame { frames[t, i] = samples[t * hop + i] * window[i] }
    }
    let parts = matmul(frames, waves)  // [frames, 2·96]: cosines, then sines
    var bandsOfFrames = Tensor<Float>(shape: [count, bands])
    for t in 0..<count {
      for band in 0..<bands {
        var power: Float = 0
        for bin in 3 * band..<3 * band + 3 {
          let (c, s) = (parts[t, bin], parts[t, 3 * bands + bin])
          power += c * c + s * s
        }
        bandsOfFrames[t, band] = Float.log(power + 1e-3)
      }
    }
    return bandsOfFrames
  }

  /// ½ - ½ cos(2πi/256), which begins with 0 and would end with 0 one sample later.
  private static let window = (0..<frame).map { i in
    Float(0.5 - 0.5 * Double.cos(2 * Double.pi * Double(i) / Double(frame)))
  }

  /// The cosines and sines of the 96 lowest frequencies, from 0 in steps of 31.25 hertz.
  private static let waves: Tensor<Float> = {
    let bins = 3 * bands
    var waves = Tensor<Float>(shape: [frame, 2 * bins])
    for i in 0..<frame {
      for bin in 0..<bins {
        let angle = 2 * Double.pi * Double(i * bin % frame) / Double(frame)
        waves[i, bin] = Float(Double.cos(angle))
        waves[i, bins + bin] = Float(Double.sin(angle))
      }
    }
    return waves
  }()
}
