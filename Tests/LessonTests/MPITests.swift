import Foundation
import Testing

/// An MPI of this machine: its launcher, and how a test calls it.
private struct InstalledMPI: Sendable, CustomTestStringConvertible {
  let name: String
  let launcher: String
  let library: String
  var testDescription: String { name }

  /// Those whose launchers and libraries are where Linux and Homebrew put them.
  static let all: [InstalledMPI] = {
    func first(_ paths: [String]) -> String? {
      paths.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
    let folders = ["/usr/bin", "/opt/homebrew/bin", "/usr/local/bin"]
    var found = [InstalledMPI]()
    if let launcher = first(
      folders.map { "\($0)/mpirun.openmpi" } + folders.map { "\($0)/orterun" })
    {
      found.append(InstalledMPI(name: "Open MPI", launcher: launcher, library: "libmpi.so.40"))
    }
    if let launcher = first(
      folders.map { "\($0)/mpirun.mpich" } + folders.map { "\($0)/mpiexec.hydra" })
    {
      found.append(InstalledMPI(name: "MPICH", launcher: launcher, library: "libmpich.so.12"))
    }
    return found
  }()

  /// Runs chapter 16 on some ranks; `last` stands in the place of the last of them.
  func run(
    _ ranks: Int, _ words: [String], last: String? = nil, variables: [String] = []
  ) async throws -> Run {
    let folder = try #require(products, "the executables are not beside the tests")
    let program = [folder.appending(path: "chapter16").path, "--mpi"] + words
    let options = name == "Open MPI" ? ["--oversubscribe", "--bind-to", "none"] : []
    var line =
      ["OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"] + variables + [launcher]
      + options + ["-n", "\(ranks - (last == nil ? 0 : 1))"] + program
    if let last {
      line += [":", "-n", "1", "/bin/sh", "-c", "\(last) exec \"$@\"", "sh"] + program
    }
    return try await launch(URL(filePath: "/usr/bin/env"), line, seconds: 120)
  }
}

private let none: Comment = "no MPI is installed here: apt-get install openmpi-bin, or mpich"

/// A short training under each MPI that is there.
@Suite(.serialized) struct MPITests {
  @Test(.enabled(if: !InstalledMPI.all.isEmpty, none), arguments: InstalledMPI.all)
  fileprivate func `two ranks, and three, end with equal weights, and rank 0 alone speaks`(
    mpi: InstalledMPI
  ) async throws {
    for ranks in [2, 3] {
      let run = try await mpi.run(ranks, ["--quick"])
      #expect(run.status == 0, "\(run)")
      #expect(run.output.contains("\(mpi.name)") && run.output.contains("\(ranks) ranks"))
      #expect(run.output.contains("All ranks hold the same weights, bit for bit"))
      #expect(run.output.split(separator: "\n").count { $0.hasPrefix("epoch ") } == 1)
    }
  }

  @Test(.enabled(if: !InstalledMPI.all.isEmpty, none), arguments: InstalledMPI.all)
  fileprivate func `what two ranks have saved goes on with three, and without any MPI`(
    mpi: InstalledMPI
  ) async throws {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    let first = try await mpi.run(2, ["--quick", "--save", file.path])
    #expect(first.output.contains("epoch 1:") && first.output.contains("saved: "), "\(first)")
    let next = try await mpi.run(3, ["--quick", "--load", file.path])
    #expect(next.status == 0 && next.output.contains("epoch 2:"), "\(next)")
    let alone = try await launch(["chapter16", "--quick", "--load", file.path], seconds: 120)
    #expect(alone.status == 0 && alone.output.contains("bit for bit"), "\(alone)")
  }

  @Test(.enabled(if: !InstalledMPI.all.isEmpty, none), arguments: InstalledMPI.all)
  fileprivate func `a rank that is killed ends the run with a sentence, and not with 0`(
    mpi: InstalledMPI
  ) async throws {
    // In the middle of a training that would take an hour.
    let run = try await mpi.run(
      2, ["--quick", "--epochs", "100000"], last: "(sleep 3; kill -9 $$) &")
    #expect(run.status != 0)
    #expect((run.output + run.errors).contains("signal 9"), "\(run)")
  }

  @Test(.enabled(if: !InstalledMPI.all.isEmpty, none), arguments: InstalledMPI.all)
  fileprivate func `a rank that cannot go on says why, and ends all`(
    mpi: InstalledMPI
  ) async throws {
    let run = try await mpi.run(2, ["--quick", "--load", "nowhere-at-all"])
    #expect(run.status != 0)
    #expect(run.errors.contains("chapter16, rank ") && run.errors.contains("nowhere-at-all"))
  }

  @Test(.enabled(if: !InstalledMPI.all.isEmpty, none), arguments: InstalledMPI.all)
  fileprivate func `without a launcher there is one rank, and a sentence`(
    mpi: InstalledMPI
  ) async throws {
    let program = try #require(products).appending(path: "chapter16").path
    let run = try await launch(
      URL(filePath: "/usr/bin/env"),
      ["BACKPROP_MPI=\(mpi.library)", program, "--mpi", "--quick"], seconds: 120)
    #expect(run.status == 0 && run.output.contains("This is the only rank."), "\(run)")
  }

  @Test(
    .enabled(if: InstalledMPI.all.count > 1, "two kinds of MPI are needed, and are not here"),
    arguments: InstalledMPI.all)
  fileprivate func `another MPI than the launcher's gets a sentence`(mpi: InstalledMPI) async throws
  {
    let other = try #require(InstalledMPI.all.first { $0.name != mpi.name })
    let run = try await mpi.run(2, ["--quick"], variables: ["BACKPROP_MPI=\(other.library)"])
    #expect(run.status != 0 && run.errors.contains("it is another MPI than the launcher's"))
  }

  @Test func `where no MPI is a sentence says so, and the rest of the chapter runs`() async throws {
    let program = try #require(products).appending(path: "chapter16").path
    let run = try await launch(
      URL(filePath: "/usr/bin/env"), ["BACKPROP_MPI=libnowhere.so", program, "--mpi"], seconds: 60)
    #expect(run.status == 69, "\(run)")
    #expect(run.errors.contains("no MPI was found; looked for libnowhere.so"))
    #expect(run.errors.contains("Nothing else of the course needs one"))
  }

  private static let compiler = ["/usr/bin/cc", "/usr/bin/clang", "/usr/bin/gcc"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  @Test(.enabled(if: compiler != nil, "a C compiler is needed, and is not here"))
  func `an MPI of neither family gets a sentence with its name`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let names = ["Init_thread", "Finalize", "Abort", "Comm_rank", "Comm_size", "Allreduce"]
    let source =
      names.map { "int MPI_\($0)(void) { return 1; }\n" }.joined()
        + """
        int MPI_Get_library_version(char *text, int *length) {
          const char *name = "Some MPI 7.0";
          for (*length = 0; (text[*length] = name[*length]); ++*length) {}
          return 0;
        }
        """
    try source.write(to: folder.appending(path: "mpi.c"), atomically: true, encoding: .utf8)
    let library = folder.appending(path: "libsome.so").path
    let built = try await launch(
      URL(filePath: try #require(Self.compiler)),
      ["-shared", "-fPIC", "-o", library, folder.appending(path: "mpi.c").path], seconds: 60)
    #expect(built.status == 0, "\(built)")
    let program = try #require(products).appending(path: "chapter16").path
    let run = try await launch(
      URL(filePath: "/usr/bin/env"), ["BACKPROP_MPI=\(library)", program, "--mpi"], seconds: 60)
    #expect(run.status == 69, "\(run)")
    #expect(run.errors.contains("calls itself \"Some MPI 7.0\", and is neither Open MPI nor"))
  }
}
