import Course
import Foundation

/// What keeps a process from outliving its purpose: limits of time and memory that end it, and its
/// parent's death, which does too.
enum Confinement {
  private static let signals = [SIGALRM, SIGPROF, SIGTERM, SIGINT, SIGHUP, SIGPIPE]

  /// Confines this process, for good.
  static func begin() {
    // A child of a thread of Dispatch starts with its signals blocked: no timer would end it.
    var all = sigset_t()
    sigfillset(&all)
    sigprocmask(SIG_UNBLOCK, &all, nil)
    for number in signals { signal(number, SIG_DFL) }
    CheckerProgram.limitMemory()
    #if os(Linux)
      var noFile = rlimit()
      setrlimit(.init(RLIMIT_CORE.rawValue), &noFile)
      dieWithParent()
    #endif
  }

  /// Ends this process, with SIGPROF, after so much processor time from now on: a loaded machine does
  /// not count.
  static func setTimer(milliseconds: Int) {
    var timer = itimerval()
    timer.it_value.tv_sec = .init(milliseconds / 1000)
    timer.it_value.tv_usec = .init(milliseconds % 1000 * 1000)
    #if os(Linux)
      setitimer(.init(ITIMER_PROF.rawValue), &timer, nil)
    #else
      setitimer(ITIMER_PROF, &timer, nil)
    #endif
  }

  #if os(Linux)
    /// Has the system end this process when its parent ends.
    private static func dieWithParent() {
      // Swift imports no C function with a variable number of arguments.
      guard let symbol = dlsym(nil, "prctl") else { return }
      typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
      let setParentDeathSignal: Int32 = 1
      _ = unsafeBitCast(symbol, to: Control.self)(setParentDeathSignal, UInt(SIGKILL), 0, 0, 0)
    }
  #endif
}
