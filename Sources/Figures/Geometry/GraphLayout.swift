/// Layers and places for the nodes of a graph, from left to right.
///
/// Layers by longest path, orders by the barycentre of the neighbours (Sugiyama, Tagawa and Toda,
/// 1981). A node stands as close to its users as it can, so that a weight is beside its product.
struct GraphLayout {
  /// The layer of each node, 0 at the left.
  private(set) var layer: [Int]
  /// The vertical centre of each node.
  private(set) var y: [Double]
  /// The vertical places that each link passes on its way, one for each layer that it crosses.
  private(set) var waypoints: [[Double]]
  let links: [(from: Int, to: Int)]

  private var heights: [Double]
  /// The members of each layer from top to bottom; beyond `count` they are waypoints.
  private var order: [[Int]]
  private var neighboursBefore: [[Int]]
  private var neighboursAfter: [[Int]]

  init(_ graph: NodeGraph, heights nodeHeights: [Double], gap: Double) {
    let count = graph.nodes.count
    links = Self.withoutCycles(graph.links, count: count)
    layer = Self.layers(links, count: count)
    heights = nodeHeights
    waypoints = []
    y = []
    order = Array(repeating: [], count: (layer.max() ?? -1) + 1)
    neighboursBefore = Array(repeating: [], count: count)
    neighboursAfter = Array(repeating: [], count: count)
    for node in 0..<count { order[layer[node]].append(node) }

    // A link over several layers gets a waypoint in each, so that it can go round the boxes.
    var chains: [[Int]] = []
    for link in links {
      var chain: [Int] = []
      var last = link.from
      for level in (layer[link.from] + 1)..<max(layer[link.to], layer[link.from] + 1) {
        let waypoint = heights.count
        heights.append(10)
        neighboursBefore.append([])
        neighboursAfter.append([])
        order[level].append(waypoint)
        neighboursAfter[last].append(waypoint)
        neighboursBefore[waypoint].append(last)
        chain.append(waypoint)
        last = waypoint
      }
      neighboursAfter[last].append(link.to)
      neighboursBefore[link.to].append(last)
      chains.append(chain)
    }

    y = Array(repeating: 0, count: heights.count)
    for index in order.indices { stack(index, gap: gap) }
    for _ in 0..<4 {
      for index in order.indices.dropFirst() { sort(index, by: neighboursBefore, gap: gap) }
      for index in order.indices.dropLast().reversed() {
        sort(index, by: neighboursAfter, gap: gap)
      }
    }
    for _ in 0..<6 {
      for index in order.indices.dropFirst() { settle(index, by: neighboursBefore, gap: gap) }
      for index in order.indices.dropLast().reversed() {
        settle(index, by: neighboursAfter, gap: gap)
      }
    }
    let top = y.indices.map { y[$0] - heights[$0] / 2 }.min() ?? 0
    y = y.map { $0 - top }
    let places = y
    waypoints = chains.map { $0.map { places[$0] } }
    y = Array(places.prefix(count))
  }

  // MARK: Layers

  /// The links without those that lead back to a node on the way to themselves.
  private static func withoutCycles(
    _ links: [(from: Int, to: Int)], count: Int
  ) -> [(from: Int, to: Int)] {
    var users: [[Int]] = Array(repeating: [], count: count)
    for (index, link) in links.enumerated() { users[link.from].append(index) }
    var state = [Int](repeating: 0, count: count)  // 0 new, 1 on the way, 2 done
    var dropped: Set<Int> = []
    for root in 0..<count where state[root] == 0 {
      var stack = [(node: root, next: 0)]
      state[root] = 1
      while let (node, next) = stack.last {
        guard next < users[node].count else {
          state[node] = 2
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let link = users[node][next]
        let target = links[link].to
        if state[target] == 1 { dropped.insert(link) }
        if state[target] == 0 {
          state[target] = 1
          stack.append((target, 0))
        }
      }
    }
    return links.indices.filter { !dropped.contains($0) }.map { links[$0] }
  }

  /// The longest path to an end, counted from the left: a parent is always left of its users.
  private static func layers(_ links: [(from: Int, to: Int)], count: Int) -> [Int] {
    var distance = [Int](repeating: 0, count: count)
    var open = [Int](repeating: 0, count: count)
    var inputs: [[Int]] = Array(repeating: [], count: count)
    for link in links {
      open[link.from] += 1
      inputs[link.to].append(link.from)
    }
    var ready = (0..<count).filter { open[$0] == 0 }
    while let node = ready.popLast() {
      for input in inputs[node] {
        distance[input] = max(distance[input], distance[node] + 1)
        open[input] -= 1
        if open[input] == 0 { ready.append(input) }
      }
    }
    let longest = distance.max() ?? 0
    return distance.map { longest - $0 }
  }

  // MARK: Places

  /// Puts the members of a layer below each other.
  private mutating func stack(_ index: Int, gap: Double) {
    var top = 0.0
    for member in order[index] {
      y[member] = top + heights[member] / 2
      top += heights[member] + gap
    }
    let middle = (top - gap) / 2
    for member in order[index] { y[member] -= middle }
  }

  private func barycentre(_ member: Int, _ neighbours: [[Int]]) -> Double {
    let places = neighbours[member].map { y[$0] }
    return places.isEmpty ? y[member] : places.reduce(0, +) / Double(places.count)
  }

  private mutating func sort(_ index: Int, by neighbours: [[Int]], gap: Double) {
    let wanted = order[index].map { (member: $0, place: barycentre($0, neighbours)) }
    order[index] = wanted.enumerated()
      .sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
      .map(\.element.member)
    stack(index, gap: gap)
  }

  /// Moves the members towards their neighbours, as far as the order and the gaps allow.
  private mutating func settle(_ index: Int, by neighbours: [[Int]], gap: Double) {
    let members = order[index]
    guard !members.isEmpty else { return }
    let wanted = members.map { barycentre($0, neighbours) }
    var lowest = wanted
    var highest = wanted
    for i in members.indices.dropFirst() {
      let distance = (heights[members[i - 1]] + heights[members[i]]) / 2 + gap
      lowest[i] = max(lowest[i], lowest[i - 1] + distance)
    }
    for i in members.indices.dropLast().reversed() {
      let distance = (heights[members[i + 1]] + heights[members[i]]) / 2 + gap
      highest[i] = min(highest[i], highest[i + 1] - distance)
    }
    for i in members.indices { y[members[i]] = (lowest[i] + highest[i]) / 2 }
  }
}
