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

/// A chapter: its folder, and what it is built from.
struct Chapter {
  let number: Int
  let folder: String
  /// The modules of the library that its problems need, beside `Core`.
  var problems: [String] = []
  /// Those that its program needs, too.
  var program: [String] = []
  /// The chapters whose exercises its program runs on, or whose problems its own are made from.
  var earlier: [Int] = []

  /// The number as it stands in names: 04, 12.
  var digits: String { Self.digits(number) }
  static func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  var name: String { "chapter\(digits)" }

  init(
    _ number: Int, _ folder: String, problems: [String] = [], program: [String] = [],
    earlier: [Int] = []
  ) {
    (self.number, self.folder, self.problems) = (number, folder, problems)
    (self.program, self.earlier) = (program, earlier)
  }
}

let chapters = [
  Chapter(1, "01-activations", program: ["SmallSets"]),
  Chapter(2, "02-losses", program: ["SmallSets"]),
  Chapter(3, "03-chain-rule", problems: ["Autodiff"], program: ["Guiding", "SmallSets"]),
  Chapter(
    4, "04-mlp", problems: ["Training"],
    program: ["Checkpoints", "TrainingRuns", "Datasets", "SmallSets"],
    earlier: [1, 2]),
  Chapter(
    5, "05-cnn", problems: ["Images"],
    program: ["Training", "Checkpoints", "TrainingRuns", "Datasets"], earlier: [1, 2, 4]),
  Chapter(
    6, "06-optimizers", problems: ["Training"],
    program: ["Guiding", "Checkpoints", "TrainingRuns", "Datasets"]),
  Chapter(
    7, "07-vanishing-gradients", problems: ["Sequences", "Training"], program: ["Datasets"]),
  Chapter(
    8, "08-resnet-block", problems: ["Images", "Training"],
    program: ["Guiding", "Checkpoints", "TrainingRuns", "Datasets"],
    earlier: [1, 2, 4, 5, 6, 7]),
  Chapter(
    9, "09-detection", problems: ["Detection", "Images"],
    program: ["Guiding", "Training", "Checkpoints", "TrainingRuns", "Datasets"]),
  Chapter(
    10, "10-embeddings", problems: ["Embeddings"], program: ["Images", "Training", "Datasets"]),
  Chapter(
    11, "11-sequences", problems: ["SequenceLayers", "Sequences"],
    program: ["Embeddings", "SequenceSets", "TextSets", "Training"]),
  Chapter(
    12, "12-attention", problems: ["Attention", "Training"],
    program: ["Datasets", "TextSets"], earlier: [7, 10, 11]),
  Chapter(
    13, "13-generating", problems: ["Generating"],
    program: ["Detection", "Images", "Training", "Datasets"]),
  Chapter(14, "14-reinforcement", problems: ["Reinforcement"], program: ["Training"]),
  Chapter(
    15, "15-what-matters", problems: ["Importance"], program: ["Images", "Training", "Datasets"]),
  Chapter(
    16, "16-many-machines", problems: ["ManyMachines"],
    program: ["Checkpoints", "Datasets", "Training"]),
]

/// The learner's folder, or the copy that `workbook` makes of it when a file does not compile.
let exercises = Context.environment["WORKBOOK_EXERCISES"] ?? "exercises"

/// The targets of a chapter: what it asks, what is answered, the checker, and the program.
func targets(of chapter: Chapter) -> [Target] {
  let (digits, folder) = (chapter.digits, "chapters/\(chapter.folder)")
  let others = chapter.earlier.map(Chapter.digits)
  func modules(_ name: String) -> [Target.Dependency] {
    (others + [digits]).map { .byName(name: name + $0) }
  }
  func answers(_ name: String, in path: String) -> Target {
    // The other chapters' files are named, or each command would warn of them.
    .target(
      name: name + digits, dependencies: [.byName(name: "Problems" + digits)], path: path,
      exclude: chapters.filter { $0.number != chapter.number }.map { "Chapter\($0.digits).swift" },
      sources: ["Chapter\(digits).swift"], packageAccess: false, swiftSettings: talking)
  }
  return [
    .target(
      name: "Problems" + digits,
      dependencies: ["Core", "Checking"] + chapter.problems.map { .byName(name: $0) },
      path: folder + "/Problems", swiftSettings: strict),
    answers("Exercises", in: exercises),
    answers("Solutions", in: "solutions"),
    .executableTarget(
      name: "checker" + digits,
      dependencies: [
        "Checking", .byName(name: "Exercises" + digits), .byName(name: "Problems" + digits),
      ],
      path: folder + "/Checker", swiftSettings: strict, linkerSettings: talkingLinker),
    .executableTarget(
      name: chapter.name,
      dependencies: ["Core", "Checking", "Figures", "Running"]
        + (chapter.problems + chapter.program).map { .byName(name: $0) }
        + modules("Problems") + modules("Exercises") + modules("Solutions"),
      path: folder,
      exclude: ["README.md", "figures", "Problems", "Checker"]
        + (chapter.number <= 8 ? ["README.zh-Hans.md"] : [])
        + (chapter.number == 4 ? ["bridge.py"] : []),
      swiftSettings: strict, linkerSettings: talkingLinker),
  ]
}

/// Checkers that `workbook` builds at once, where several chapters have changed: 01,04.
let checkers = (Context.environment["WORKBOOK_CHAPTERS"] ?? "").split(separator: ",")
  .map { Target.Dependency.byName(name: "checker\($0)") }

/// Whether the course's proofs of itself are built, too: PROOFS=1.
///
/// Without them `swift test` has the tests of the library and of the solutions, and
/// `swift test --filter Exercise` builds no more than those.
let proofs: Bool = {
  guard let chosen = Context.environment["PROOFS"] else { return false }
  guard chosen == "1" else { fatalError("PROOFS is \(chosen); it must be 1, or not be set") }
  return true
}()

/// One module of a kind for each chapter.
func each(_ kind: String) -> [Target.Dependency] {
  chapters.map { .byName(name: kind + $0.digits) }
}
let (problems, learners, solutions) = (each("Problems"), each("Exercises"), each("Solutions"))

/// The runtime shall find the `abort` of Crash.swift, which a backtrace sees through.
let talkingLinker: [LinkerSetting] = [
  .unsafeFlags(["-Xlinker", "--export-dynamic-symbol=abort"], .when(platforms: [.linux]))
]

/// What holds the course to what it says: its guide, its lessons, its checks, its figures, its speed.
let proofTargets: [Target] = [
  .testTarget(
    name: "DatasetsTests",
    dependencies: ["Backprop", "Datasets", "SequenceSets", "SmallSets", "TextSets"],
    swiftSettings: strict),
  .testTarget(name: "FiguresTests", dependencies: ["Figures"], swiftSettings: strict),
  .target(
    name: "Auditing", dependencies: ["Backprop", "Course", "Solutions"],
    path: "Sources/audit/Auditing", swiftSettings: strict),
  .executableTarget(
    name: "audit", dependencies: ["Auditing"], path: "Sources/audit/Command",
    swiftSettings: strict),
  .executableTarget(
    // The textbook's loop and the peak of the registers are compiled as the kernels are.
    name: "benchmark", dependencies: ["Backprop", "Datasets", "Guiding", "Processor"],
    exclude: ["peers", "ratios.json"],
    swiftSettings: strict + kernels),
  .testTarget(
    name: "CourseTests",
    dependencies: [
      "Backprop", "Course", "Running", "Solutions", "TrainingRuns", "chapter03", "chapter07",
    ],
    swiftSettings: strict + talking, linkerSettings: talkingLinker),
  .testTarget(
    name: "AuditTests", dependencies: ["Auditing", "Backprop", "Course", "Solutions"],
    swiftSettings: strict),
  // What the guide is tested with: functions that misbehave, and finished ones.
  .target(
    name: "HostileAnswers01", dependencies: ["Problems01"],
    path: "Tests/HostileAnswers/exercises",
    exclude: ["Chapter02.swift", "Forgery.swift"], sources: ["Chapter01.swift"],
    packageAccess: false, swiftSettings: talking),
  .target(
    name: "HostileAnswers02", dependencies: ["Problems02"],
    path: "Tests/HostileAnswers/exercises",
    exclude: ["Chapter01.swift"], sources: ["Chapter02.swift", "Forgery.swift"],
    packageAccess: false, swiftSettings: talking),
  .executableTarget(
    name: "HostileChecker",
    dependencies: ["Course", "HostileAnswers01", "HostileAnswers02", "Running", "Solutions"],
    path: "Tests/HostileChecker", swiftSettings: strict, linkerSettings: talkingLinker),
  .executableTarget(
    name: "SolvedChecker", dependencies: ["Course", "Solutions"],
    path: "Tests/SolvedChecker", swiftSettings: strict, linkerSettings: talkingLinker),
  .testTarget(
    name: "WorkbookTests",
    dependencies: ["Course", "workbook", "HostileChecker", "SolvedChecker"],
    swiftSettings: strict),
  .testTarget(
    name: "LessonTests",
    dependencies: ["Backprop", "Course"]
      + chapters.map { .byName(name: $0.name) },
    swiftSettings: strict),
]

let package = Package(
  name: "BackpropWorkbook",
  platforms: [.macOS(.v26)],
  targets: [
    // Compiled for any processor, with the definitions alone: it says so where the rest cannot run.
    .target(
      name: "Processor", path: "Sources/Backprop/Processor", swiftSettings: strict + defines),
    .target(
      // Extern: the instruction `pause` has no name in the standard library.
      name: "Kernels", dependencies: ["Processor"], path: "Sources/Backprop/Kernels",
      swiftSettings: strict + kernels + [.enableExperimentalFeature("Extern")]),
    .target(
      name: "ImageKernels", dependencies: ["Kernels"], path: "Sources/Backprop/ImageKernels",
      swiftSettings: strict + kernels),
    .target(
      name: "Core", dependencies: ["Kernels"], path: "Sources/Backprop/Core",
      swiftSettings: strict + kernels),
    .target(
      name: "Autodiff", dependencies: ["Core", "Kernels"], path: "Sources/Backprop/Autodiff",
      swiftSettings: strict + kernels),
    .target(
      name: "Training", dependencies: ["Core", "Kernels"], path: "Sources/Backprop/Training",
      swiftSettings: strict + kernels),
    .target(
      name: "Images", dependencies: ["Core", "ImageKernels", "Kernels", "Training"],
      path: "Sources/Backprop/Images", swiftSettings: strict + kernels),
    .target(
      name: "Detection", dependencies: ["Core", "ImageKernels", "Kernels"],
      path: "Sources/Backprop/Detection", swiftSettings: strict + kernels),
    .target(
      name: "Sequences", dependencies: ["Core"], path: "Sources/Backprop/Sequences",
      swiftSettings: strict + kernels),
    .target(
      name: "Embeddings", dependencies: ["Core"], path: "Sources/Backprop/Embeddings",
      swiftSettings: strict + kernels),
    .target(
      name: "SequenceLayers", dependencies: ["Core", "Sequences"],
      path: "Sources/Backprop/SequenceLayers", swiftSettings: strict + kernels),
    .target(
      name: "Attention", dependencies: ["Core", "Embeddings", "Kernels", "Training"],
      path: "Sources/Backprop/Attention", swiftSettings: strict + kernels),
    .target(
      name: "Generating", dependencies: ["Core", "Kernels"],
      path: "Sources/Backprop/Generating", swiftSettings: strict + kernels),
    .target(
      name: "Reinforcement", dependencies: ["Core", "Kernels"],
      path: "Sources/Backprop/Reinforcement", swiftSettings: strict + kernels),
    .target(
      name: "Importance", dependencies: ["Core", "Kernels"], path: "Sources/Backprop/Importance",
      swiftSettings: strict + kernels),
    .target(
      name: "ManyMachines", dependencies: ["Core", "Kernels"],
      path: "Sources/Backprop/ManyMachines", swiftSettings: strict + kernels),
    .target(
      name: "Checkpoints", dependencies: ["Core", "Kernels", "Training"],
      path: "Sources/Backprop/Checkpoints", swiftSettings: strict + optimised),
    .target(
      name: "Backprop",
      dependencies: [
        "Attention", "Autodiff", "Checkpoints", "Core", "Detection", "Embeddings", "Generating",
        "Images", "Importance", "ManyMachines", "Reinforcement", "SequenceLayers", "Sequences",
        "Training",
      ],
      path: "Sources/Backprop/Backprop", swiftSettings: strict),
    .target(
      name: "SmallSets", dependencies: ["Core", "Kernels"], path: "Sources/Datasets/Small",
      swiftSettings: strict + optimised),
    .target(
      name: "Datasets", dependencies: ["Core", "Kernels"], exclude: ["Small", "Text", "Sequences"],
      resources: [.copy("Resources")], swiftSettings: strict + optimised),
    .target(
      name: "SequenceSets", dependencies: ["Core"], path: "Sources/Datasets/Sequences",
      swiftSettings: strict + optimised),
    .target(
      name: "TextSets", dependencies: ["Core"], path: "Sources/Datasets/Text",
      resources: [.copy("Resources")], swiftSettings: strict + optimised),
    .target(name: "Figures", swiftSettings: strict),
    .target(name: "Guiding", path: "Sources/Course/Guiding", swiftSettings: strict),
    .target(
      name: "Checking", dependencies: ["Core", "Guiding"], path: "Sources/Course/Checking",
      swiftSettings: strict),
    .target(
      name: "Running", dependencies: ["Core", "Checking", "Figures", "Guiding"],
      path: "Sources/Course/Running", swiftSettings: strict),
    .target(
      name: "TrainingRuns",
      dependencies: ["Core", "Training", "Checkpoints", "Datasets", "Running"],
      path: "Sources/Course/TrainingRuns", swiftSettings: strict),
    .target(
      name: "Course", dependencies: ["Checking", "Guiding"] + problems,
      path: "Sources/Course/Course", swiftSettings: strict),
    .target(
      name: "Solutions", dependencies: ["Checking"] + solutions, path: "Sources/Course/Solutions",
      swiftSettings: strict),
    .executableTarget(
      name: "workbook", dependencies: ["Figures", "Guiding"], swiftSettings: strict),
  ]
    + (checkers.isEmpty
      ? []
      : [.target(name: "Checkers", dependencies: checkers, path: "Sources/Course/Checkers")])
    + chapters.flatMap(targets) + [
      .testTarget(
        name: "BackpropTests", dependencies: ["Backprop", "ImageKernels", "Kernels", "Processor"],
        exclude: ["Golden"],
        swiftSettings: strict),
      .testTarget(
        name: "SolutionTests", dependencies: ["Course", "Solutions"], swiftSettings: strict),
      .testTarget(
        name: "ExerciseTests", dependencies: ["Course"] + learners, swiftSettings: strict,
        linkerSettings: talkingLinker),
    ]
    + (proofs ? proofTargets : [])
)

// MARK: What is compiled anew

// SwiftPM compiles a target anew when one that it names has changed, not when one behind that has: a
// program would go on with the old size of a struct of the library, and crash (swiftlang/swift, issue
// 89636). So each target names all that it reaches.
let named = Dictionary(
  uniqueKeysWithValues: package.targets.map { target in
    (
      target.name,
      target.dependencies.compactMap { dependency in
        if case .byNameItem(let name, _) = dependency { name } else { nil }
      }
    )
  })
for target in package.targets {
  var (reached, waiting) = (Set<String>(), named[target.name] ?? [])
  while let next = waiting.popLast() {
    if reached.insert(next).inserted { waiting += named[next] ?? [] }
  }
  target.dependencies = reached.sorted().map { .byName(name: $0) }
}
