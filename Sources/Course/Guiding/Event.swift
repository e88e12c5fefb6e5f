import Foundation

/// Waits for children, and meanwhile asks whether to go on.
package enum Event {
  /// Waits until a child has something to say, or a moment has passed.
  package static func wait(for children: [Child], milliseconds: Int32 = 50) {
    var waits = children.flatMap(\.waits)
    // A child that has closed its pipes is about to end: look again soon.
    poll(&waits, nfds_t(waits.count), children.contains { $0.waits.isEmpty } ? 2 : milliseconds)
    for child in children { child.update() }
  }
}
