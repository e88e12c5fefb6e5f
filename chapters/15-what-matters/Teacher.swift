import Core
import Figures
import Problems15
import Running
import Training

/// What a student learns from.
struct Lesson {
  let x: Tensor<Float>
  let labels: [Int]
  /// The teacher's logits for each image.
  let teacher: Tensor<Float>

  static let temperature = 4.0
  static let rate: Float = 0.002

  /// The images at some places.
  init(_ digits: Digits, at places: [Int], teacher: (Tensor<Float>) -> Tensor<Float>) {
    (x, labels) = (digits.x.rows(places), places.map { digits.labels[$0] })
    self.teacher = teacher(x)
  }

  /// A student 784-h-10; α is the teacher's share, 0 for labels alone.
  func student(
    _ functions: FunctionsInUse, hidden: Int = 32, alpha: Double, epochs: Int, seed: UInt64
  ) throws -> SmallNetwork {
    var student = smallNetwork(hidden, seed: seed &+ 40)
    guard alpha > 0 else {
      try student.fit(x, labels, epochs: epochs, seed: seed, rate: Self.rate)
      return student
    }
    var adam = Adam<Float>(learningRate: Self.rate)
    try student.fit(x, epochs: epochs, seed: seed, with: &adam) { logits, places in
      adaptedDistillationLoss(
        logits: logits, teacher: teacher.rows(places), labels: places.map { labels[$0] },
        temperature: Self.temperature, alpha: alpha, gradient: functions.distillation)
    }
    return student
  }
}

/// A student, with a teacher and without: on many images, on few, and on images of nine digits alone.
func showTeacher(
  _ teacher: BigNetwork, _ functions: FunctionsInUse, _ digits: Digits, _ plan: Plan,
  on screen: Screen
) throws {
  screen.section("A teacher's gradient")
  showDarkKnowledge(teacher, digits, on: screen)
  let many = Lesson(digits, at: Array(0..<plan.lesson)) { teacher.predict($0) }
  let few = Lesson(digits, at: Array(0..<(plan.isQuick ? 100 : 500))) { teacher.predict($0) }
  let fewEpochs = plan.isQuick ? 10 : 40
  screen.text("\nA student 784-32-10, T = 4. The share of test digits that it reads:\n")
  var table = Table("", "labels alone", "with the teacher")
  func row(_ name: String, _ lesson: Lesson, epochs: Int) throws {
    let shares = try [0, 0.7].map { alpha in
      let student = try lesson.student(
        functions, alpha: alpha, epochs: epochs, seed: plan.seed)
      return percent(digits.accuracy(student.predict(digits.testX)), 1)
    }
    table.add([name] + shares)
  }
  try row(
    "\(grouped(many.labels.count)) images, \(plan.lessonEpochs) epochs", many,
    epochs: plan.lessonEpochs)
  try row("\(few.labels.count) images, \(fewEpochs) epochs", few, epochs: fewEpochs)
  screen.table(table)
  try showMissingThree(teacher, functions, digits, plan, on: screen)
}

/// What the teacher thinks of one digit, as it is and softened.
private func showDarkKnowledge(_ teacher: BigNetwork, _ digits: Digits, on screen: Screen) {
  let place = digits.testLabels.firstIndex(of: 3) ?? 0
  let logits = teacher(digits.testX.rows([place]))
  screen.text("What the network says of the first 3 among the test digits, in percent:\n")
  var table = Table(header: ["temperature"] + (0...9).map { "\($0)" })
  for temperature in [1, 4] as [Float] {
    let p = softmax(logits / temperature)
    table.add(["\(Int(temperature))"] + p.scalars.map { fixed(100 * Double($0), 1) })
  }
  screen.table(table)
}

/// A student that has never seen a 3.
private func showMissingThree(
  _ teacher: BigNetwork, _ functions: FunctionsInUse, _ digits: Digits, _ plan: Plan,
  on screen: Screen
) throws {
  let places = (0..<plan.lesson).filter { digits.labels[$0] != 3 }
  let lesson = Lesson(digits, at: places) { teacher.predict($0) }
  var students = [(name: String, network: SmallNetwork)]()
  for (name, alpha) in [("labels alone", 0), ("the teacher alone", 1.0)] {
    students.append(
      (
        name,
        try lesson.student(
          functions, alpha: alpha, epochs: plan.lessonEpochs, seed: plan.seed)
      ))
  }
  for raised in students {
    var network = raised.network
    network.second.parameters.bias.scalars[3] += 5
    students.append((raised.name + ", 3's bias + 5", network))
  }
  screen.text("\nWithout any 3 among its images:\n")
  var (table, bars) = (Table("taught by", "of the 3s, right", "of all"), [Bars]())
  for (name, network) in students {
    let answers = network.predict(digits.testX).argmaxOfRows()
    let shares = (0...9).map { digit in
      let own = digits.testLabels.indices.filter { digits.testLabels[$0] == digit }
      return Double(own.count { answers[$0] == digit }) / Double(max(own.count, 1))
    }
    table.add(
      name, percent(shares[3], 1), percent(digits.accuracy(network.predict(digits.testX)), 1))
    if name != students[2].name { bars.append(Bars(name, shares.map { 100 * $0 })) }
  }
  screen.table(table)
  try screen.write(
    Figure(
      "A student that has never seen a 3: how many of each digit it reads",
      description:
        "Three bars a digit: of the 3s, labels alone read none, a teacher some, a larger bias most.",
      .bars(
        BarChart(
          categories: (0...9).map { "\($0)" }, groups: bars,
          axis: Axis("percent right", range: 0...100), label: "digit"))), "never-a-three")
}
