import Foundation

@testable import Figures

/// One figure of every kind, as the chapters use them.
enum Samples {
  static let all: [(name: String, figure: Figure)] = [
    ("loss", loss), ("sweep", sweep), ("scatter", scatter), ("cloud", cloud),
    ("contours", contours), ("bars", bars), ("signedBars", signedBars),
    ("histogram", histogram), ("images", images), ("filters", filters),
    ("windows", windows),
    ("confusion", confusion), ("norms", norms), ("surface", surface), ("graph", graph),
    ("schedules", schedules),
  ]

  /// A value between 0 and 1 that looks random and is always the same.
  static func noise(_ index: Int) -> Double {
    let value = sin(Double(index) * 12.9898) * 43758.5453
    return value - floor(value)
  }

  static var loss: Figure {
    let training = (0..<100).map { 2.3 * exp(-Double($0) / 18) + 0.05 + 0.03 * noise($0) }
    let validation = (0..<100).map { step in
      2.3 * exp(-Double(step) / 16) + 0.22 + 0.0012 * Double(step) + 0.03 * noise(step + 500)
    }
    return .lines(
      "Training goes on improving, validation does not", x: "step", y: "cross-entropy (nats)",
      [Series("training", y: training), Series("validation", y: validation)])
  }

  static var sweep: Figure {
    let h = (-30...0).map { pow(10, Double($0) / 2) }
    return .lines(
      "Error of the central difference", x: Axis("step h", scale: .logarithmic),
      y: Axis("relative error", scale: .logarithmic),
      [
        Series("Double", x: h, y: h.map { $0 * $0 / 6 + 1e-16 / $0 }),
        Series("Float", x: h, y: h.map { min($0 * $0 / 6 + 6e-8 / $0, 10) }),
      ])
  }

  static func moon(_ upper: Bool) -> [Point] {
    (0..<60).map { index in
      let angle = Double.pi * Double(index) / 59
      let jitter = Point(0.2 * noise(index) - 0.1, 0.2 * noise(index + 99) - 0.1)
      return upper
        ? Point(cos(angle) + jitter.x, sin(angle) + jitter.y)
        : Point(1 - cos(angle) + jitter.x, 0.5 - sin(angle) + jitter.y)
    }
  }

  static var scatter: Figure {
    .scatter(
      "Two moons and the boundary that the network has learned", x: "x₁", y: "x₂",
      [Series("class 0", points: moon(true)), Series("class 1", points: moon(false))],
      background: HeatMap(
        x: -1.5...2.5, y: -1...1.5, range: 0...1, scale: .centred(on: 0.5), contours: [0.5]
      ) { x, y in
        1 / (1 + exp(6 * (y - 0.25 - 0.55 * sin(2.2 * (x + 0.22)))))
      })
  }

  static var cloud: Figure {
    .scatter(
      "A cloud of points", x: "width", y: "height",
      [
        Series(
          "points",
          points: (0..<400).map { Point(noise($0) + noise($0 + 7), noise($0 + 3) * noise($0 + 5)) })
      ])
  }

  static var contours: Figure {
    func descent(_ rate: Double) -> [Point] {
      var path = [Point(-2, 1.5)]
      for _ in 0..<30 {
        guard let p = path.last else { break }
        path.append(Point(p.x - rate * p.x * 0.4, p.y - rate * p.y * 4))
      }
      return path
    }
    let plot = Plot(
      x: "w₁", y: "w₂",
      series: [
        Series("rate 0.45", points: descent(0.45)), Series("rate 0.1", points: descent(0.1)),
      ],
      background: HeatMap(
        x: -2.5...2.5, y: -2...2, contours: [0.1, 0.5, 1, 2, 4, 6]
      ) { 0.2 * $0 * $0 + 2 * $1 * $1 })
    return Figure("Gradient descent in a ravine", .plot(plot))
  }

  static var bars: Figure {
    Figure(
      "Recall with and without class weights",
      .bars(
        BarChart(
          categories: ["frequent class", "rare class"],
          groups: [Bars("without weights", [0.991, 0.42]), Bars("with weights", [0.963, 0.883])],
          axis: Axis("recall", range: 0...1))))
  }

  static var signedBars: Figure {
    .bars(
      "Bias of each output", axis: "bias", categories: (0..<10).map { "digit \($0)" },
      values: (0..<10).map { noise($0) - 0.5 })
  }

  static var histogram: Figure {
    .histogram(
      "Activations of layer 3", label: "activation",
      of: (0..<5000).map { noise($0) + noise($0 + 1) + noise($0 + 2) - 1.5 }, bins: 24)
  }

  static func digit(_ seed: Int) -> Image {
    let values = (0..<784).map { index -> Double in
      let x = Double(index % 28) - 13.5 + 2 * noise(seed)
      let y = Double(index / 28) - 13.5
      let r = hypot(x * (1 + 0.4 * noise(seed + 1)), y)
      return max(0, min(1, 2.2 - abs(r - 8 + 2 * sin(3 * atan2(y, x) + Double(seed)))))
    }
    return Image(width: 28, height: 28, values: values)
  }

  static var images: Figure {
    .images(
      "The twenty worst mistakes", (0..<20).map(digit), columns: 5,
      captions: (0..<20).map { "\($0 % 10) read as \(($0 * 7 + 3) % 10)" })
  }

  static var filters: Figure {
    .images(
      "First-layer filters",
      (0..<6).map { k in
        Image(
          width: 5, height: 5,
          values: (0..<25).map { sin(Double($0 % 5) * Double(k) / 3 + Double($0 / 5)) },
          isSigned: true)
      }, columns: 6, captions: (1...6).map { "\($0)" })
  }

  static var windows: Figure {
    .images(
      "A window on a matrix, and boxes",
      [
        Image(
          width: 2, height: 2, values: [0, 3, -4, .nan], isSigned: true, showsNumbers: true,
          frames: [Frame(row: 0, column: 0, height: 1, width: 2)]),
        Image(
          width: 2, height: 1, values: [.nan, .nan],
          frames: [
            Frame(row: 0, column: 0, height: 1, width: 1, kind: .box),
            Frame(row: 0, column: 1, height: 1, width: 1, kind: .markedBox),
            Frame(row: 0, column: 0, height: 1, width: 2, kind: .window(1)),
          ]),
      ], columns: 2, captions: ["x", "y"])
  }

  static var confusion: Figure {
    let digits = (0...9).map(String.init)
    let values = (0..<100).map { index -> Double in
      index / 10 == index % 10 ? 960 + 40 * noise(index) : (8 * pow(noise(index), 3)).rounded()
    }
    return .heatMap(
      "Confusion matrix on 10,000 test images",
      HeatMap(
        values: values.map { $0.rounded() }, rows: 10, columns: 10, rowLabels: digits,
        columnLabels: digits, xLabel: "predicted", yLabel: "true", showsNumbers: true))
  }

  static var norms: Figure {
    let cases = [
      "sigmoid N(0, 1)", "sigmoid Glorot", "tanh Glorot", "ReLU He", "ReLU + batch norm",
    ]
    let values = cases.indices.flatMap { row in
      (0..<20).map { pow(10, -Double(19 - $0) * [0.6, 0.55, 0.12, 0.02, -0.02][row]) }
    }
    return .heatMap(
      "Gradient norm in each of twenty layers",
      HeatMap(
        values: values, rows: 5, columns: 20, rowLabels: cases,
        columnLabels: (1...20).map(String.init), xLabel: "layer", scale: .logarithmic))
  }

  static var surface: Figure {
    .heatMap(
      "A saddle",
      HeatMap(x: -2...2, y: -2...2, columns: 60, rows: 60, scale: .diverging) { x, y in
        x * x - y * y
      })
  }

  static var graph: Figure {
    .graph(
      "L = (tanh(w·x + b) − y)²",
      nodes: [
        Node("x", ["x = 2.0", "grad 0.35"]), Node("w", ["w = 0.5", "grad 1.39"]),
        Node("b", ["b = -0.3", "grad 0.70"]), Node("y", ["y = 0.1"]),
        Node("m", ["×", "1.0"], kind: .operation), Node("p", ["+", "0.7"], kind: .operation),
        Node("t", ["tanh", "0.604"], kind: .operation),
        Node("s", ["−", "0.504"], kind: .operation),
        Node("L", ["square", "L = 0.254"], kind: .operation),
        Node("r", ["penalty 0.01·w²", "0.0025"], kind: .operation),
        Node("J", ["+", "J = 0.2565"], kind: .operation),
      ],
      edges: [
        ("x", "m"), ("w", "m"), ("m", "p"), ("b", "p"), ("p", "t"), ("t", "s"), ("y", "s"),
        ("s", "L"), ("w", "r"), ("r", "J"), ("L", "J"),
      ].map { Edge(from: $0.0, to: $0.1) })
  }

  static var schedules: Figure {
    let names = [
      "constant", "step", "exponential", "1/t", "cosine", "linear", "warm-up", "plateau",
    ]
    return .lines(
      "Eight schedules", x: "step", y: "learning rate",
      names.enumerated().map { index, name in
        Series(name, over: 0...100) { t in
          0.1 * (1 - Double(index) * 0.1) * exp(-t / 60 * Double(index) / 4)
        }
      })
  }
}
