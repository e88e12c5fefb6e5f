// The engine that clusters already have, opened when the program runs: no header, no package.

public import Core
import Foundation

/// There is no MPI that can be used, or it is used in another way than it was started.
public struct MPIFailure: Failure, Equatable {
  public let description: String
  /// As in `sysexits.h`: a service is not there.
  public var exitCode: Int32 { 69 }
}

/// A rank of a program that an MPI's launcher has started: `mpirun -n 4 program`.
///
/// The library is opened with `dlopen`, its functions are found by their names. What a name stands for in
/// C differs between the two families: in Open MPI `MPI_COMM_WORLD` and its like are addresses of objects,
/// in MPICH, Intel MPI and MVAPICH whole numbers. Either way a handle goes to a function in one register,
/// of which the second family reads the lower half: so one type serves both.
///
/// Source: Message Passing Interface Forum, "MPI: a message-passing interface standard", 3.1, 2015,
/// section 5.9.6; for the numbers, the MPICH ABI compatibility initiative, 2013.
public struct MPICommunicator: Communicator {
  public let rank: Int
  public let size: Int
  /// What the library calls itself, in a line.
  public let version: String
  private let library: MPILibrary

  /// Opens an MPI and enters it: to be called once, by the main thread.
  ///
  /// - Parameter given: Where the launcher has left its traces; this process's own unless it is
  ///   given. `BACKPROP_MPI` names a library to open in the place of those that are usual.
  /// - Throws: ``MPIFailure`` if none is found, if it is of neither family, or if another MPI's launcher
  ///   has started this program.
  public init(environment given: [String: String]? = nil) throws {
    let environment = given ?? ProcessInfo.processInfo.environment
    library = try MPILibrary(environment: environment)
    try library.enter()
    (rank, size) = (library.number("MPI_Comm_rank"), library.number("MPI_Comm_size"))
    version = library.version
    if let launched = MPILauncher(environment), launched.size != size {
      let own = version
      library.leave()
      throw MPIFailure(
        description: "\(launched.name) has started \(launched.size) ranks, but \(library.path) "
          + "(\(own)) counts \(size): it is another MPI than the launcher's. Start with that MPI's own "
          + "mpirun, or name its library in BACKPROP_MPI")
    }
  }

  public func sumOverAll<Scalar: Real>(_ x: Tensor<Scalar>) throws -> Tensor<Scalar> {
    guard x.count <= Int(Int32.max) else {
      throw MPIFailure(
        description:
          "a sum of \(x.count) numbers is asked for; MPI counts up to \(Int32.max): send "
          + "them in parts")
    }
    let type = Scalar.self == Float.self ? library.float : library.double
    var sum = x.scalars
    let status = x.scalars.withUnsafeBytes { own in
      sum.withUnsafeMutableBytes { all in
        library.allReduce(own.baseAddress, all.baseAddress, Int32(x.count), type)
      }
    }
    guard status == 0 else {
      throw MPIFailure(description: "MPI_Allreduce ended with the error \(status)")
    }
    return Tensor(sum, shape: x.shape)
  }

  /// Leaves the MPI; no sum may follow.
  public func leave() { library.leave() }

  /// Ends all ranks, since this one cannot go on.
  public func abort(status: Int32) -> Never { library.abort(status) }
}

/// Who has started this program, as the variables say that launchers set.
struct MPILauncher: Equatable {
  let name: String
  let size: Int
  let isOpenMPI: Bool

  init?(_ environment: [String: String]) {
    if let size = environment["OMPI_COMM_WORLD_SIZE"].flatMap({ Int($0) }) {
      (name, self.size, isOpenMPI) = ("Open MPI's launcher", size, true)
    } else if let size = environment["PMI_SIZE"].flatMap({ Int($0) }) {
      (name, self.size, isOpenMPI) = ("MPICH's launcher", size, false)
    } else {
      return nil
    }
  }
}

/// An opened library of either family.
private struct MPILibrary: @unchecked Sendable {
  typealias Handle = UInt
  typealias Number = @convention(c) (Handle, UnsafeMutablePointer<Int32>) -> Int32
  typealias AllReduce =
    @convention(c) (
      UnsafeRawPointer?, UnsafeMutableRawPointer?, Int32, Handle, Handle, Handle
    ) -> Int32
  typealias Enter =
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, Int32, UnsafeMutablePointer<Int32>
    ) -> Int32
  typealias Leave = @convention(c) () -> Int32
  typealias Abort = @convention(c) (Handle, Int32) -> Int32
  typealias Version =
    @convention(c) (
      UnsafeMutablePointer<CChar>, UnsafeMutablePointer<Int32>
    ) -> Int32

  let path: String
  let version: String
  /// The handles: of all ranks, of two types, and of the sum.
  let world: Handle, float: Handle, double: Handle, sum: Handle
  private let handle: UnsafeMutableRawPointer

  init(environment: [String: String]) throws {
    let names = Self.names(environment)
    let found = names.lazy.compactMap { name in
      dlopen(name, RTLD_NOW | RTLD_GLOBAL).map { (name, $0) }
    }.first
    guard let (path, handle) = found else {
      throw MPIFailure(
        description:
          "no MPI was found; looked for \(names.joined(separator: ", ")). Install Open MPI or "
          + "MPICH, or name its library in BACKPROP_MPI. Nothing else of the course needs one")
    }
    (self.path, self.handle) = (path, handle)
    for name in Self.needed where dlsym(handle, name) == nil {
      throw MPIFailure(description: "\(path) is no MPI: there is no \(name) in it")
    }
    version = Self.text(try Self.function("MPI_Get_library_version", in: handle, path))
    // Open MPI's handles are the addresses of its objects.
    func address(_ name: String) -> Handle? { dlsym(handle, name).map { UInt(bitPattern: $0) } }
    if let world = address("ompi_mpi_comm_world"), let float = address("ompi_mpi_float"),
      let double = address("ompi_mpi_double"), let sum = address("ompi_mpi_op_sum")
    {
      (self.world, self.float, self.double, self.sum) = (world, float, double, sum)
    } else if ["MPICH", "Intel(R) MPI", "MVAPICH"].contains(where: version.contains) {
      (world, float, double, sum) = (0x4400_0000, 0x4c00_040a, 0x4c00_080b, 0x5800_0003)
    } else {
      throw MPIFailure(
        description:
          "\(path) calls itself \"\(version)\", and is neither Open MPI nor of MPICH's family: "
          + "what its handles are is not known. Name another in BACKPROP_MPI")
    }
  }

  private static let needed = [
    "MPI_Init_thread", "MPI_Finalize", "MPI_Abort", "MPI_Comm_rank", "MPI_Comm_size",
    "MPI_Allreduce",
    "MPI_Get_library_version",
  ]

  /// Under which names a library may be there, those of the launcher's own family first.
  private static func names(_ environment: [String: String]) -> [String] {
    if let chosen = environment["BACKPROP_MPI"] { return [chosen] }
    #if os(macOS)
      return ["libmpi.dylib", "/opt/homebrew/lib/libmpi.dylib", "/usr/local/lib/libmpi.dylib"]
    #else
      let openMPI = ["libmpi.so.40"]
      let mpich = ["libmpich.so.12", "libmpi.so.12"]
      let isOpenMPI = MPILauncher(environment)?.isOpenMPI ?? true
      return (isOpenMPI ? openMPI + mpich : mpich + openMPI) + ["libmpi.so"]
    #endif
  }

  private static func function<Function>(
    _ name: String, in handle: UnsafeMutableRawPointer, _ path: String
  ) throws -> Function {
    guard let symbol = dlsym(handle, name) else {
      throw MPIFailure(description: "\(path) is no MPI: there is no \(name) in it")
    }
    return unsafeBitCast(symbol, to: Function.self)
  }

  /// A function whose name was there when the library was opened.
  private func function<Function>(_ name: String) -> Function {
    guard let found: Function = try? Self.function(name, in: handle, path) else {
      fatalError("\(path): \(name) has gone")
    }
    return found
  }

  /// The first line of what the library calls itself.
  private static func text(_ function: Version) -> String {
    // MPICH's text has up to 8,192 bytes.
    var (text, length) = ([CChar](repeating: 0, count: 1 << 14), Int32(0))
    _ = function(&text, &length)
    let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let line = String(decoding: bytes, as: UTF8.self).prefix { $0 != "\n" && $0 != "," }
    return line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// Calls are made by the main thread alone.
  private static let funneled: Int32 = 1

  func enter() throws {
    var provided: Int32 = 0
    let enter: Enter = function("MPI_Init_thread")
    let status = enter(nil, nil, Self.funneled, &provided)
    guard status == 0 else {
      throw MPIFailure(description: "\(path): MPI_Init_thread ended with the error \(status)")
    }
  }

  func number(_ name: String) -> Int {
    var number: Int32 = 0
    let ask: Number = function(name)
    _ = ask(world, &number)
    return Int(number)
  }

  func allReduce(
    _ own: UnsafeRawPointer?, _ all: UnsafeMutableRawPointer?, _ count: Int32, _ type: Handle
  ) -> Int32 {
    let reduce: AllReduce = function("MPI_Allreduce")
    return reduce(own, all, count, type, sum, world)
  }

  func leave() {
    let leave: Leave = function("MPI_Finalize")
    _ = leave()
  }

  func abort(_ status: Int32) -> Never {
    let abort: Abort = function("MPI_Abort")
    _ = abort(world, status)
    exit(status)
  }
}
