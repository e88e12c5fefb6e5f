import Running
import Course
import Testing

@Test(
  arguments: [
    ("", 10, []), ("one", 10, ["one"]), ("one two", 7, ["one two"]),
    ("one two", 6, ["one", "two"]),
    ("a much-too-long-word b", 6, ["a", "much-too-long-word", "b"]),
    ("three words  here", 11, ["three words", "here"]),
  ] as [(String, Int, [String])])
func `text is cut between words, and a long word stays whole`(
  text: String, width: Int, lines: [String]
) {
  #expect(wrapped(text, to: width) == lines)
}

@Test(
  arguments: [
    (-0.0, "0.00", "0"), (-0.001, "0.00", "-0.001"), (-0.01, "-0.01", "-0.01"),
    (.nan, "nan", "nan"), (-.nan, "nan", "nan"), (-.infinity, "-inf", "-inf"),
    (12.345, "12.35", "12"),
  ] as [(Double, String, String)])
func `a number is printed without the sign of a zero or a NaN`(
  number: Double, twoDecimals: String, twoDigits: String
) {
  #expect(fixed(number, 2) == twoDecimals)
  #expect(significant(number, 2) == twoDigits)
}

@Test func `for a screen reader a row of a table is a line, each value after its column's name`() {
  var table = Table("epoch", "loss", "right", "")
  table.add("1", "0.25", "", "better")
  table.add("2", "0.125", "97 %")
  #expect(
    table.plain == """
      epoch 1: loss 0.25; better
      epoch 2: loss 0.125; right 97 %
      """)
}
