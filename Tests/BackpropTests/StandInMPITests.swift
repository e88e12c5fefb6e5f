import Backprop
import Foundation
import Testing

/// A library that calls itself MPICH, and says that there are two ranks: what a sum over all is asked for
/// comes back twice as large, three numbers with an error.
private let source = """
  #include <string.h>
  int MPI_Init_thread(int *count, char ***words, int wanted, int *given) {
    *given = wanted;
    return 0;
  }
  int MPI_Finalize(void) { return 0; }
  int MPI_Abort(int ranks, int status) { return 0; }
  int MPI_Comm_rank(int ranks, int *rank) { *rank = ranks == 0x44000000 ? 0 : -1; return 0; }
  int MPI_Comm_size(int ranks, int *size) { *size = ranks == 0x44000000 ? 2 : -1; return 0; }
  int MPI_Allreduce(const void *own, void *all, int count, int type, int sum, int ranks) {
    if (sum != 0x58000003 || ranks != 0x44000000 || count == 3) return 7;
    for (int i = 0; i < count; ++i) {
      if (type == 0x4c00040a) ((float *)all)[i] = 2 * ((const float *)own)[i];
      else if (type == 0x4c00080b) ((double *)all)[i] = 2 * ((const double *)own)[i];
      else return 8;
    }
    return 0;
  }
  int MPI_Get_library_version(char *text, int *length) {
    strcpy(text, "MPICH Version: 9.9\\nand more");
    *length = strlen(text);
    return 0;
  }
  """

private let compiler = ["/usr/bin/cc", "/usr/bin/clang", "/usr/bin/gcc"]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

@Suite struct StandInMPITests {
  /// Makes a library of a text in C, and hands over its path while it is there.
  private func withLibrary(_ source: String, _ body: (String) throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (text, library) = (folder.appending(path: "mpi.c"), folder.appending(path: "libmpi.so"))
    try source.write(to: text, atomically: true, encoding: .utf8)
    let build = Process()
    build.executableURL = URL(filePath: try #require(compiler))
    build.arguments = ["-shared", "-fPIC", "-o", library.path, text.path]
    try await withCheckedThrowingContinuation { (end: CheckedContinuation<Void, any Error>) in
      build.terminationHandler = { _ in end.resume() }
      do { try build.run() } catch { end.resume(throwing: error) }
    }
    try #require(build.terminationStatus == 0)
    try body(library.path)
  }

  @Test(.enabled(if: compiler != nil, "a C compiler is needed, and is not here"))
  func `a library that lacks one function of an MPI is named with it`() async throws {
    let lacking = source.replacing("MPI_Allreduce", with: "MPI_Other")
    try await withLibrary(lacking) { library in
      let failure = #expect(throws: MPIFailure.self) {
        try MPICommunicator(environment: ["BACKPROP_MPI": library])
      }
      #expect(failure?.description == "\(library) is no MPI: there is no MPI_Allreduce in it")
    }
  }

  @Test(.enabled(if: compiler != nil, "a C compiler is needed, and is not here"))
  func `sums go through an MPI's numbers for its types, and its errors come out`() async throws {
    try await withLibrary(source) { library in
      var environment = ["BACKPROP_MPI": library, "PMI_SIZE": "2"]
      let mpi = try MPICommunicator(environment: environment)
      #expect(mpi.rank == 0 && mpi.size == 2 && mpi.version == "MPICH Version: 9.9")
      #expect(try mpi.sumOverAll(Tensor<Float>([1, 2.5])) == Tensor([2, 5]))
      #expect(try mpi.sumOverAll(Tensor<Double>([0.1, -3], shape: [2, 1])).scalars == [0.2, -6])
      let failure = #expect(throws: MPIFailure.self) {
        try mpi.sumOverAll(Tensor<Double>([1, 2, 3]))
      }
      #expect(failure?.description == "MPI_Allreduce ended with the error 7")
      environment["PMI_SIZE"] = "4"
      let other = #expect(throws: MPIFailure.self) { try MPICommunicator(environment: environment) }
      #expect(
        other?.description.hasPrefix("MPICH's launcher has started 4 ranks, but \(library)")
          == true)
    }
  }
}
