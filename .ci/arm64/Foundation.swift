// What the kernels use of Foundation, for an Embedded Swift that has none.

import System

public protocol Codable {}
extension Float: Codable {}
extension Double: Codable {}

public func exp(_ x: Float) -> Float { System.expf(x) }
public func exp(_ x: Double) -> Double { System.exp(x) }
public func expm1(_ x: Float) -> Float { System.expm1f(x) }
public func expm1(_ x: Double) -> Double { System.expm1(x) }
public func log(_ x: Float) -> Float { System.logf(x) }
public func log(_ x: Double) -> Double { System.log(x) }
public func log1p(_ x: Float) -> Float { System.log1pf(x) }
public func log1p(_ x: Double) -> Double { System.log1p(x) }
public func tanh(_ x: Float) -> Float { System.tanhf(x) }
public func tanh(_ x: Double) -> Double { System.tanh(x) }
public func erf(_ x: Float) -> Float { System.erff(x) }
public func erf(_ x: Double) -> Double { System.erf(x) }
public func erfc(_ x: Double) -> Double { System.erfc(x) }
public func cos(_ x: Float) -> Float { System.cosf(x) }
public func cos(_ x: Double) -> Double { System.cos(x) }
public func sin(_ x: Float) -> Float { System.sinf(x) }
public func sin(_ x: Double) -> Double { System.sin(x) }
public func pow(_ x: Float, _ y: Float) -> Float { System.powf(x, y) }
public func pow(_ x: Double, _ y: Double) -> Double { System.pow(x, y) }

@discardableResult
public func sched_yield() -> Int32 { System.sched_yield() }

public struct ProcessInfo: Sendable {
  public static let processInfo = ProcessInfo()
  public let physicalMemory: UInt64 = 4 << 30
  /// More than one, whatever the machine has, so that the threads are tested.
  public let activeProcessorCount = 3
}

public final class Thread {
  private let body: () -> Void
  public var stackSize = 0

  public init(_ body: @escaping () -> Void) { self.body = body }

  public func start() {
    var (thread, attributes) = (pthread_t(), pthread_attr_t())
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, stackSize)
    pthread_create(
      &thread, &attributes,
      { argument in
        if let argument { Unmanaged<Thread>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
  }
}
