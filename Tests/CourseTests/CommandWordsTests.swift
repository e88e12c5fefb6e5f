import Guiding
import Testing

@Test(
  arguments: [
    (["--seed", "7"], "--seed", "7"), (["--seed=7"], "--seed", "7"),
    (["--seed=a=b"], "--seed", "a=b"),
    (["--seed="], "--seed", nil), (["--seed", ""], "--seed", nil), (["--seed"], "--seed", nil),
    (["a=b", "c"], "a=b", "c"), (["="], "=", nil), (["--="], "--", nil),
  ] as [([String], String, String?)])
func `an option's value is attached to it, or the next word`(
  line: [String], name: String, value: String?
) {
  var words = CommandWords(line)
  #expect(words.next() == name)
  #expect(words.value() == value)
  #expect(words.next() == nil)
}

@Test func `a value that nobody asks for is not taken for a word`() {
  var words = CommandWords(["--quick=1", "--mine"])
  #expect(words.next() == "--quick" && words.attached == "1")
  #expect(words.next() == "--mine" && words.attached == nil)
}
