#if os(Linux)
  import Datasets
  import Foundation
  import Testing

  /// The largest memory of this process so far, in bytes.
  ///
  /// `ru_maxrss` would do, if it did not include the memory of the process that started this one.
  private func largestMemory() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let number = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
    return number.flatMap { Int($0) }.map { $0 << 10 } ?? 0
  }

  @Suite struct `Memory of data` {
    @Test func `MNIST takes the memory of its images, and is nowhere in memory twice`() async {
      await #expect(processExitsWith: .exitCode(7)) {
        let before = largestMemory()
        let (train, test) = try MNIST.load()
        let kept = train.pixels.count + test.pixels.count
        let more = largestMemory() - before - kept
        print("\(more >> 10) KiB beside the images")
        exit(before > 0 && more < 8 << 20 ? 7 : 1)
      }
    }
  }
#endif
