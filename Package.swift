// swift-tools-version: 6.3
import Foundation
import PackageDescription

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

/// The learner's module is fast, and its traps keep their sentence: "Index out of range".
let talking: [SwiftSetting] = [
  .unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))
]

/// The library is compiled for the processor that builds it, unless `PORTABLE=1` is set.
let kernels: [SwiftSetting] = {
  // Without math errno, square roots vectorise on Linux.
  var flags = ["-Ounchecked", "-Xcc", "-fno-math-errno"]
  #if os(Linux) && arch(x86_64)
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let cpu = Set(information.split(whereSeparator: \.isWhitespace))
    let avx512: Set<Substring> = ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]
    let avx2: Set<Substring> = ["avx2", "fma", "bmi1", "bmi2", "f16c", "movbe"]
    if Context.environment["PORTABLE"] == nil, cpu.isSuperset(of: avx2) {
      if cpu.isSuperset(of: avx512) {
        flags += ["-Xcc", "-march=x86-64-v4", "-Xcc", "-mprefer-vector-width=512"]
        flags += ["-DFMA", "-DAVX512"]
      } else {
        flags += ["-Xcc", "-march=x86-64-v3", "-DFMA"]
      }
    }
  #endif
  return [.unsafeFlags(flags)]
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

let package = Package(
  name: "BackpropWorkbook",
  platforms: [.macOS(.v26)],
  targets: [
    .target(name: "Kernels", path: "Sources/Backprop/Kernels", swiftSettings: strict + kernels),
    .target(
      name: "Backprop", dependencies: ["Kernels"], exclude: ["Kernels"],
      swiftSettings: strict + kernels),
    .target(
      name: "Datasets", dependencies: ["Backprop"], resources: [.copy("Resources")],
      swiftSettings: strict + optimised),
    .target(name: "Figures", swiftSettings: strict),
    .target(
      name: "Course", dependencies: ["Backprop", "Figures"], swiftSettings: strict),
    .target(
      name: "Exercises", dependencies: ["Backprop", "Course"], path: "exercises",
      swiftSettings: talking),
    .target(
      name: "Solutions", dependencies: ["Backprop", "Course"], path: "solutions",
      swiftSettings: talking),
    .executableTarget(name: "workbook", dependencies: ["Course"], swiftSettings: strict),
  ]
    + chapters.map { name, folder in
      .executableTarget(
        name: name,
        dependencies: ["Backprop", "Course", "Datasets", "Figures", "Exercises", "Solutions"],
        path: "chapters/\(folder)", exclude: ["README.md", "figures"], swiftSettings: strict)
    } + [
      .testTarget(
        name: "BackpropTests", dependencies: ["Backprop"], exclude: ["Golden"],
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
        name: "ExerciseTests", dependencies: ["Course", "Exercises"], swiftSettings: strict),
      .testTarget(
        name: "LessonTests",
        dependencies: ["Backprop", "Course"] + chapters.map { .target(name: $0.0) },
        swiftSettings: strict),
    ]
)
