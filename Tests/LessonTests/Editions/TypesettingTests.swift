import Foundation
import Testing

/// A page of one section, with these lines.
private func section(_ text: String) -> Edition.Section {
  Edition(URL(filePath: "/README.zh-Hans.md"), text: "# 一\n\n" + text).sections[0]
}

/// What people have reported of GitHub and of pages in Chinese, and how it is written instead.
struct TypesettingTests {
  @Test(arguments: [
    ("公式前面是标点，$x$ 不显示", "touches the dollar that opens"),
    ("（$x$ 是输入）", "touches the dollar that opens"),
    ("斜率$x$ 不显示", "touches the dollar that opens"),
    ("令 $x$的值为零", "touches the dollar that shuts"),
    ("第 $i$2 行", "touches the dollar that shuts"),
    ("**先猜，再看。**两层", "no end"),
    ("这叫**（归纳）**的", "make no emphasis"),
    ("这叫**归纳（induction）**的", "no end"),
    ("*会大多少？*答案", "no end"),
    ("权重weight", "a space is missing"),
    ("共10轮", "a space is missing"),
    ("函数`f`是", "a space is missing"),
    ("对的,错的", "full-width"),
    ("两层:", "full-width"),
    ("完了.", "full-width"),
    ("一行在这里\n断开", "a line break"),
    ("一行到此，\n断开", "a line break"),
  ])
  func `what GitHub would not show as it is meant is named`(line: String, reason: String) {
    let faults = Typesetting(section: section(line)).faults
    #expect(faults.count >= 1 && faults[0].reason.contains(reason), "\(line): \(faults)")
  }

  @Test(arguments: [
    "公式前面是标点， $x$，后面也是。", "（ $x$ 是输入， $y$ 是输出）", "$x$ 在行首，($y$) 在括号里",
    "**先猜，再看。** 两层", "这叫**归纳**（induction）", "*会大多少？* 答案", "取 **$z$** 为零",
    "数 `x`、`y` 和 `a, b` 都是 `[m, n]`；[链接](a.md#中文a)也行", "一段\n\n另一段", "一段\n- 一项",
    "> **找出错误。** 一个例子", "$$x$$", "<code>f</code> 是函数",
  ])
  func `what GitHub shows passes`(line: String) {
    #expect(Typesetting(section: section(line)).faults.map(\.reason) == [])
  }

  @Test(arguments: [
    ("softmax 与交叉熵，一步一步来", "softmax-与交叉熵一步一步来"),
    ("它会读手写数字吗？", "它会读手写数字吗"),
    ("练习 1.6 ★ · geluBackward", "练习-16---gelubackward"),
    ("精确率、召回率与 F1", "精确率召回率与-f1"),
    ("过拟合：如果只有 1,000 张图像？", "过拟合如果只有-1000-张图像"),
    ("Display & Layout", "display--layout"),
  ])
  func `an anchor is what GitHub makes of a heading`(heading: String, anchor: String) {
    #expect(Lesson.anchor(of: heading) == anchor)
  }

  @Test func `a fingerprint sees words and formulas, and neither white space nor blocks`() {
    let one = section("two words, $x$\n\n```text\n1\n```")
    #expect(one.fingerprint == section("two\nwords,  $x$\n\n```text\n2\n```").fingerprint)
    #expect(one.fingerprint != section("two words, $y$\n\n```text\n1\n```").fingerprint)
    #expect(one.fingerprint != section("two words: $x$\n\n```text\n1\n```").fingerprint)
    #expect(one.fingerprint.count == 8)
  }

  @Test func `a difference says what is missing, what is too much and what is in another order`() {
    #expect(EditionTests.difference(["a", "b"], ["b", "a"], inOrder: false) == nil)
    let order = EditionTests.difference(["a", "b"], ["b", "a"], inOrder: true)
    #expect(order == "the same, in another order")
    let missing = EditionTests.difference(["a", "a"], ["a", "c"], inOrder: false)
    #expect(missing == "missing here: “a”; not in English: “c”")
    let changed = EditionTests.difference(["```\n1\n```"], ["```\n2\n```"], inOrder: true)
    #expect(changed == "“1” in English is “2” here")
  }
}
