import Testing

@Test(
  arguments: [
    ("loss 0.125", "loss 0.125", nil, true),
    ("loss 0.125", "loss 0.126", nil, true),
    ("loss 0.125", "loss 0.127", nil, false),
    ("loss 0.125", "gain 0.125", nil, false),
    ("3 of 5", "4 of 5", nil, false),
    ("1.3e-10", "1.4e-10", nil, true),
    ("1.3e-10", "1.3e-11", nil, false),
    ("ends in 3.1 s, 98.1 %", "ends in 0.7 s, 98.1 %", nil, true),
    ("3.1 samples", "0.7 samples", nil, false),
    ("accuracy 0.97", "accuracy 0.98", 0.02, true),
    ("accuracy 0.97", "accuracy 0.92", 0.02, false),
    ("a    1.0", "a   10.0", nil, false),
    ("a    1.0", "a 1.0", nil, true),
    ("is nan", "is 0.1", 0.1, false),
  ] as [(String, String, Double?, Bool)])
func `numbers agree in what is shown, words exactly, times not at all`(
  shown: String, printed: String, tolerance: Double?, same: Bool
) {
  #expect(Comparison(tolerance: tolerance).same(shown, printed) == same)
}

@Test func `a line of dots stands for any lines, in order`() {
  let output = ["a", "b", "c", "d"]
  let comparison = Comparison(tolerance: nil)
  #expect(comparison.difference(["a", "…", "d"], in: output) == nil)
  #expect(comparison.difference(["b", "c"], in: output) == nil)
  #expect(comparison.difference(["a", "c"], in: output) != nil)
  #expect(comparison.difference(["d", "…", "a"], in: output) != nil)
}
