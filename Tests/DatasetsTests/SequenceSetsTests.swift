import Backprop
import SequenceSets
import Testing

@Suite struct `Dates, opinions, sounds and series` {
  @Test func `a seed fixes all of them`() {
    func draw(_ seed: UInt64) -> ([Dates.Pair], [Opinions.Sentence], Vowels.Word, Tensor<Float>) {
      var generator = SplitMix64(seed: seed)
      var (dates, opinions) = ([Dates.Pair](), [Opinions.Sentence]())
      for _ in 0..<5 {
        dates.append(Dates.draw(using: &generator))
        opinions.append(Opinions.draw(using: &generator))
      }
      let word = Vowels.draw(using: &generator)
      return (dates, opinions, word, TimeSeries.draw(2, steps: 9, using: &generator))
    }
    #expect(draw(1) == draw(1))
    #expect(draw(1) != draw(2))
  }

  @Test func `a date is the same day in both languages, and every character has a token`() {
    var generator = SplitMix64(seed: 1)
    let months = [
      "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    for _ in 0..<300 {
      let pair = Dates.draw(using: &generator)
      let iso = pair.iso.split(separator: "-").compactMap { Int($0) }
      #expect(pair.iso.count == Dates.isoLength)
      #expect(
        (1900...2099).contains(iso[0]) && (1...12).contains(iso[1]) && (1...28).contains(iso[2]))
      let numbers = pair.written.split { !$0.isNumber }.compactMap { Int($0) }
      #expect(numbers.contains(iso[0]) && numbers.contains(iso[2]))
      #expect(numbers.contains(iso[1]) || pair.written.contains(months[iso[1] - 1]))
      let tokens = Dates.writtenTokens([pair])[0]
      #expect(tokens.count == Dates.longest && tokens.allSatisfy { $0 < Dates.writtenCount })
      #expect(tokens.count { $0 > 0 } == pair.written.count)
      #expect(Dates.text(iso: Dates.isoTokens([pair])[0]) == pair.iso)
    }
  }

  @Test func `an opinion's second clause says what counts, and turned around it says the opposite`()
  {
    var generator = SplitMix64(seed: 2)
    let good: Set = ["good", "nice", "great", "lovely", "fine"]
    var count = 0
    for _ in 0..<400 {
      let sentence = Opinions.draw(using: &generator)
      let clauses = sentence.words.split(separator: "but")
      let verdicts = clauses.map { clause in
        good.contains(clause.last ?? "") != clause.contains("not")
      }
      #expect(verdicts == [!sentence.isFor, sentence.isFor])
      #expect(sentence.words.count <= Opinions.longest)
      let tokens = Opinions.tokens([sentence])[0]
      #expect(tokens.allSatisfy { 0 <= $0 && $0 < Opinions.wordCount })
      #expect(tokens.count { $0 > 0 } == sentence.words.count)
      count += sentence.isFor ? 1 : 0
    }
    #expect(abs(count - 200) < 60)
  }

  @Test func `a tone stands in its band of the spectrogram`() {
    for band in [2, 9, 20] {
      // The middle of three frequencies of 31.25 hertz.
      let turn = 2 * Double.pi * (3 * Double(band) + 1) / 256
      let samples = (0..<1024).map { Float(Double.sin(turn * Double($0))) }
      let spectrogram = Spectrogram.of(samples)
      #expect(spectrogram.shape == [7, 32])
      #expect(spectrogram.argmaxOfRows() == Array(repeating: band, count: 7))
    }
    #expect(Spectrogram.frameCount(samples: Vowels.sampleCount) == 72)
  }

  @Test func `a word has two to four vowels that do not touch, each with its two tones`() {
    var generator = SplitMix64(seed: 3)
    for _ in 0..<20 {
      let word = Vowels.draw(using: &generator)
      #expect((2...4).contains(word.labels.count) && word.samples.count == Vowels.sampleCount)
      #expect(
        zip(word.places, word.places.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
      #expect((word.places.last?.upperBound ?? 0) <= Vowels.sampleCount)
      for place in word.places {
        // Two tones of amplitude 1 have the power 1, and the noise adds 0.09.
        let power = word.samples[place].reduce(0) { $0 + $1 * $1 } / Float(place.count)
        #expect(abs(power - 1.09) < 0.35)
      }
    }
  }

  @Test func `a series without its noise would repeat what two sines say`() {
    var generator = SplitMix64(seed: 4)
    let series = TimeSeries.draw(400, steps: 50, using: &generator)
    #expect(series.shape == [400, 50])
    // Two sines have the variance 1, and the noise adds 0.01.
    #expect(abs(series.squaredNorm() / 20_000 - 1.01) < 0.1)
  }
}
