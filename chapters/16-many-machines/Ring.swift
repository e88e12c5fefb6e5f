import Core
import ManyMachines
import Running

/// Who has how much of which chunk, step by step, and what a ring sends.
func showRing(on screen: Screen) {
  screen.section("Around the ring")
  let n = 4
  screen.text(
    """
    \(n) workers, \(n) chunks. A digit for each chunk: how many numbers are summed
    in what a worker holds of it.

    """)
  var held = (0..<n).map { _ in [Int](repeating: 1, count: n) }
  var table = Table(header: ["step"] + (0..<n).map { "worker \($0)" })
  func add(_ name: String) {
    table.add([name] + held.map { $0.map(String.init).joined(separator: " ") })
  }
  add("before")
  for (step, messages) in ringMessages(workers: n).enumerated() {
    let before = held
    for message in messages {
      let arrived = before[message.from][message.chunk]
      held[message.to][message.chunk] =
        message.isAdded ? before[message.to][message.chunk] + arrived : arrived
    }
    add("\(step + 1), \(messages[0].isAdded ? "added" : "handed on")")
  }
  screen.table(table)
  let count = 25_450
  screen.text("\nNumbers sent for a sum of \(grouped(count)), once:\n")
  var traffic = Table("workers", "by each, in a ring", "by one server, to all and from all")
  for workers in [2, 4, 8, 1000] {
    traffic.add(
      grouped(workers), grouped(Int(allReduceTraffic(numbers: count, ranks: workers).rounded())),
      grouped(2 * count * workers))
  }
  screen.table(traffic)
}
