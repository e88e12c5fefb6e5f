// swift-tools-version: 6.3
import Foundation
import PackageDescription

// MARK: The build folder

// What the compiler has made holds the path of the folder it lies in: where that was moved, renamed
// or copied, a build ends in a hundred errors about a module cache. One sentence says it instead.
let plan = Context.packageDirectory + "/.build/debug.yaml"
if let text = try? String(contentsOfFile: plan, encoding: .utf8),
  let quoted = text.firstRange(of: "/.build/"),
  let start = text[..<quoted.lowerBound].lastIndex(of: "\""),
  let stop = text[quoted.upperBound...].firstIndex(of: "\""),
  let path = try? JSONDecoder().decode(String.self, from: Data(text[start...stop].utf8)),
  let end = path.range(of: "/.build/", options: .backwards), path.hasPrefix("/")
{
  let old = String(path[..<end.lowerBound])
  let numbers = [old, Context.packageDirectory].map { folder in
    let facts = try? FileManager.default.attributesOfItem(atPath: folder)
    return (facts?[.systemFileNumber] as? NSNumber)?.intValue
  }
  if numbers[0] != numbers[1] {
    print(
      "error: this folder was built as \(old) and has been moved, renamed or copied since: "
        + "delete the folder .build in it, and build again")
    exit(1)
  }
}

// MARK: Compiler settings

/// What our own code is held to; not the learner's, where an unused variable is no error.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Modules with loops in them are optimised in debug builds too: without it a chapter takes hours.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// The learner's module is fast, and its traps keep their sentence, "Index out of range", and their
/// line: LLVM would make one trap, of no line, of several.
let talking: [SwiftSetting] = [
  .unsafeFlags(
    [
      "-O", "-assert-config", "Debug", "-Xllvm", "-enable-tail-merge=false",
      "-Xllvm", "-disable-branch-fold", "-Xllvm", "-simplifycfg-hoist-common=false",
      "-Xllvm", "-simplifycfg-sink-common=false",
    ], .when(configuration: .debug))
]

/// The vector instructions that the library is compiled for: those of the processor that builds it,
/// or what `BACKPROP_CPU` says: `baseline`, `avx2` or `avx512`.
let instructions: String = {
  #if arch(x86_64)
    if let chosen = Context.environment["BACKPROP_CPU"] {
      guard ["baseline", "avx2", "avx512"].contains(chosen) else {
        fatalError("BACKPROP_CPU is \(chosen); it must be baseline, avx2 or avx512")
      }
      return chosen
    }
    // On Linux this file lists them; elsewhere it does not exist, and any x86-64 is good enough.
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let cpu = Set(information.split(whereSeparator: \.isWhitespace))
    let avx2: Set<Substring> = ["avx2", "fma", "bmi1", "bmi2", "f16c", "movbe"]
    let avx512: Set<Substring> = ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]
    guard cpu.isSuperset(of: avx2) else { return "baseline" }
    return cpu.isSuperset(of: avx512) ? "avx512" : "avx2"
  #else
    return "baseline"
  #endif
}()

/// Which of them it is, for `#if`.
let defines: [SwiftSetting] =
  switch instructions {
  case "avx512": [.define("FMA"), .define("AVX2"), .define("AVX512")]
  case "avx2": [.define("FMA"), .define("AVX2")]
  default: []
  }

let kernels: [SwiftSetting] = {
  // Without math errno, square roots vectorise on Linux.
  var flags = ["-Ounchecked", "-Xcc", "-fno-math-errno"]
  switch instructions {
  case "avx512": flags += ["-Xcc", "-march=x86-64-v4", "-Xcc", "-mprefer-vector-width=512"]
  case "avx2": flags += ["-Xcc", "-march=x86-64-v3"]
  default: break
  }
  return defines + [.unsafeFlags(flags)]
}()

// MARK: Targets

/// The chapters, by number and folder.
let chapters = [
  ("chapter01", "01-activations"),
  ("chapter02", "02-losses"),
  ("chapter03", "03-chain-rule"),
  ("chapter04", "04-mlp"),
  ("chapter05", "05-cnn"),
  ("chapter06", "06-optimizers"),
  ("chapter07", "07-vanishing-gradients"),
  ("chapter08", "08-resnet-block"),
]

/// The learner's folder, or the copy that `workbook` makes of it when a file does not compile.
let exercises = Context.environment["WORKBOOK_EXERCISES"] ?? "exercises"

let package = Package(
  name: "BackpropWorkbook",
  platforms: [.macOS(.v26)],
  targets: [
    // Compiled for any processor, with the definitions alone: it says so where the rest cannot run.
    .target(
      name: "Processor", path: "Sources/Backprop/Processor", swiftSettings: strict + defines),
    .target(
      name: "Kernels", dependencies: ["Processor"], path: "Sources/Backprop/Kernels",
      swiftSettings: strict + kernels),
    .target(
      name: "Backprop", dependencies: ["Kernels"], exclude: ["Kernels", "Processor"],
      swiftSettings: strict + kernels),
    .target(
      name: "Datasets", dependencies: ["Backprop", "Kernels"], resources: [.copy("Resources")],
      swiftSettings: strict + optimised),
    .target(name: "Figures", swiftSettings: strict),
    .target(
      name: "Course", dependencies: ["Backprop", "Figures"], swiftSettings: strict,
      // The runtime shall find the `abort` of Crash.swift, which a backtrace sees through.
      linkerSettings: [
        .unsafeFlags(["-Xlinker", "--export-dynamic-symbol=abort"], .when(platforms: [.linux]))
      ]),
    .target(
      name: "Exercises", dependencies: ["Backprop", "Course"], path: exercises,
      swiftSettings: talking),
    .target(
      name: "Solutions", dependencies: ["Backprop", "Course"], path: "solutions",
      swiftSettings: talking),
    .executableTarget(
      name: "workbook", dependencies: ["Backprop", "Course", "Figures"], swiftSettings: strict),
    .executableTarget(
      name: "checker", dependencies: ["Course", "Exercises"], swiftSettings: strict),
    .target(
      name: "Auditing", dependencies: ["Backprop", "Course", "Solutions"],
      path: "Sources/audit/Auditing", swiftSettings: strict),
    .executableTarget(
      name: "audit", dependencies: ["Auditing"], path: "Sources/audit/Command",
      swiftSettings: strict),
    .executableTarget(
      name: "benchmark", dependencies: ["Backprop", "Datasets", "Kernels", "Processor"],
      exclude: ["peers", "ratios.json"],
      swiftSettings: strict),
  ]
    + chapters.map { name, folder in
      .executableTarget(
        name: name,
        dependencies: ["Backprop", "Course", "Datasets", "Figures", "Exercises", "Solutions"],
        path: "chapters/\(folder)",
        exclude: ["README.md", "figures"] + (folder == "04-mlp" ? ["bridge.py"] : []),
        swiftSettings: strict)
    } + [
      .testTarget(
        name: "BackpropTests", dependencies: ["Backprop", "Kernels", "Processor"],
        exclude: ["Golden"],
        swiftSettings: strict + optimised),
      .testTarget(
        name: "DatasetsTests", dependencies: ["Backprop", "Datasets"], swiftSettings: strict),
      .testTarget(name: "FiguresTests", dependencies: ["Figures"], swiftSettings: strict),
      .testTarget(
        name: "CourseTests", dependencies: ["Backprop", "Course"],
        swiftSettings: strict + talking),
      .testTarget(
        name: "SolutionTests", dependencies: ["Course", "Solutions"], swiftSettings: strict),
      .testTarget(
        name: "AuditTests", dependencies: ["Auditing", "Backprop", "Course", "Solutions"],
        swiftSettings: strict),
      .testTarget(
        name: "ExerciseTests", dependencies: ["Course", "Exercises"], swiftSettings: strict),
      // What the guide is tested with: functions that misbehave, and finished ones.
      .target(
        name: "HostileAnswers", dependencies: ["Backprop", "Course"],
        path: "Tests/HostileAnswers", swiftSettings: talking),
      .executableTarget(
        name: "HostileChecker", dependencies: ["Course", "HostileAnswers"],
        path: "Tests/HostileChecker", swiftSettings: strict),
      .executableTarget(
        name: "SolvedChecker", dependencies: ["Course", "Solutions"],
        path: "Tests/SolvedChecker", swiftSettings: strict),
      .testTarget(
        name: "WorkbookTests",
        dependencies: ["Course", "workbook", "checker", "HostileChecker", "SolvedChecker"],
        swiftSettings: strict),
      .testTarget(
        name: "LessonTests",
        dependencies: ["Backprop", "Course"] + chapters.map { .target(name: $0.0) },
        swiftSettings: strict),
    ]
)
