import Backprop
import Testing

@Suite struct ScheduleTests {
  @Test func `warm-up ends at the peak, the cosine at the floor, and both meet`() {
    let schedule = Schedule<Double>.warmupCosine(peak: 0.4, floor: 0.1, warmup: 4, steps: 12)
    #expect((0..<4).map { schedule($0) } == [0.1, 0.2, 0.30000000000000004, 0.4])
    #expect(schedule(4) == 0.4 && abs(schedule(8) - 0.25) <= 1e-15)
    #expect(abs(schedule(12) - 0.1) <= 1e-15 && schedule(13) == schedule(12))
  }

  @Test func `a plateau that is not a number is no progress`() {
    var schedule = PlateauSchedule<Double>(from: 1, factor: 0.5, patience: 1)
    #expect([.nan, .nan, .nan, .nan].map { schedule.next(after: $0) } == [1, 0.5, 0.5, 0.25])
    #expect(schedule.best == .infinity)
  }

  @Test func `a step below zero is refused`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Schedule<Double>.constant(0.1)(-1)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("step -1; steps count from 0"))
  }

  @Test func `a warm-up as long as the training is refused`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Schedule<Double>.warmupCosine(peak: 1, warmup: 10, steps: 10)(3)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("a warm-up of 10 in 10 steps; it must be 0 to 9"))
  }
}
