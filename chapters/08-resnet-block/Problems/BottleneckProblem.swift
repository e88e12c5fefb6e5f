public import Checking
import Images

/// The sizes of a bottleneck block.
public struct BottleneckQuestion: Question {
  public let inputs: Int, middle: Int, outputs: Int, stride: Int

  public init(inputs: Int, middle: Int, outputs: Int, stride: Int) {
    (self.inputs, self.middle, self.outputs, self.stride) = (inputs, middle, outputs, stride)
  }

  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("inputs", \.inputs), ("middle", \.middle), ("outputs", \.outputs)]
  }
  public var isPermitted: Bool { true }
  public var summary: String {
    "inputs \(inputs), middle \(middle), outputs \(outputs), stride \(stride)"
  }

  /// The block as a layer list, which the library counts.
  fileprivate var list: LayerList {
    func normalized(_ outputs: Int, kernel: Int, stride: Int = 1) -> [LayerDescription] {
      let geometry = ConvolutionGeometry(stride: stride, padding: kernel / 2)
      return [.convolution(outputs: outputs, kernel: kernel, geometry, bias: false), .batchNorm]
    }
    let main =
      normalized(middle, kernel: 1) + normalized(middle, kernel: 3, stride: stride)
      + normalized(outputs, kernel: 1)
    let shortcut = projects ? normalized(outputs, kernel: 1, stride: stride) : []
    return LayerList("", input: [inputs, 8, 8], [.residual(main, shortcut: shortcut)])
  }

  fileprivate var projects: Bool { inputs != outputs || stride != 1 }

  /// The weights of the three convolutions.
  fileprivate var weights: Int { inputs * middle + 9 * middle * middle + middle * outputs }
  /// γ and β behind each of them.
  fileprivate var scales: Int { 2 * (middle + middle + outputs) }
  /// The projection and its γ and β; 0 where the shortcut is the identity.
  fileprivate var projection: Int { projects ? inputs * outputs + 2 * outputs : 0 }
}

extension Chapter08Problems {
  /// 8.5, the number of parameters of a bottleneck block.
  public static var bottleneckParameterCount: Problem<BottleneckQuestion, Int> {
    Problem(
      "8.5", "bottleneckParameterCount", minutes: 12, difficulty: 2, isChallenge: true,
      section: "Counting parameters",
      hints: [
        "A filter of k × k over c channels has k·k·c weights, and there is one filter for each "
          + "output channel. How many convolutions are there, and what comes behind each?",
        "inputs 2, middle 1, outputs 2, stride 1: the first 1×1 has 2·1 weights, and its norm a γ "
          + "and a β for one channel: 4 numbers. Go on with the 3×3 from 1 to 1 and the 1×1 from "
          + "1 to 2. All together: 21.",
        "Normalized are middle, middle and outputs channels. The shortcut is the identity only if "
          + "inputs = outputs and the stride is 1.",
        "inputs·middle + 9·middle² + middle·outputs, plus 2 for each channel that is normalized; "
          + "the projection, where there is one, adds inputs·outputs + 2·outputs.",
        "let weights = inputs * middle + … + middle * outputs\n"
          + "let scales = 2 * (… + outputs)\n"
          + "let projects = inputs != outputs || …\n"
          + "return weights + scales + (projects ? … : 0)",
      ],
      cases: [
        Case(BottleneckQuestion(inputs: 64, middle: 64, outputs: 256, stride: 1)),
        Case(BottleneckQuestion(inputs: 256, middle: 64, outputs: 256, stride: 1)),
        Case(BottleneckQuestion(inputs: 256, middle: 128, outputs: 512, stride: 2)),
        Case(BottleneckQuestion(inputs: 32, middle: 7, outputs: 32, stride: 2)),
        Case(BottleneckQuestion(inputs: 3, middle: 1, outputs: 5, stride: 1)),
      ],
      forward: nil,
      reference: { $0.list.parameterCount },
      parts: [Part("the count") { Matrix([Double($0)], shape: []) }],
      misconceptions: [
        Misconception(
          "bottleneck-scales-forgotten",
          "You counted the filters only. Behind each convolution, batch norm has a γ and a β for "
            + "every channel."
        ) { $0.weights + ($0.projects ? $0.inputs * $0.outputs : 0) },
        Misconception(
          "bottleneck-with-biases",
          "You gave each convolution a bias. Batch norm subtracts the mean, and any bias with it: "
            + "its β takes that place."
        ) {
          $0.list.parameterCount + 2 * $0.middle + $0.outputs + ($0.projects ? $0.outputs : 0)
        },
        Misconception(
          "bottleneck-projection-forgotten",
          "Where sizes change the shortcut cannot be the identity: count the projection and its "
            + "batch norm."
        ) { $0.weights + $0.scales },
        Misconception(
          "bottleneck-projection-not-for-stride",
          "A stride changes height and width, so a block with a stride over 1 needs a projection "
            + "even if inputs = outputs."
        ) { $0.weights + $0.scales + ($0.inputs != $0.outputs ? $0.projection : 0) },
        Misconception(
          "bottleneck-projection-always",
          "Where inputs = outputs and the stride is 1 the shortcut is the identity, which has no "
            + "parameters."
        ) { $0.weights + $0.scales + $0.inputs * $0.outputs + 2 * $0.outputs },
        Misconception(
          "bottleneck-all-kernels-1",
          "The convolution in the middle is 3×3: it has 9·middle² weights, not middle²."
        ) { $0.weights - 8 * $0.middle * $0.middle + $0.scales + $0.projection },
        Misconception(
          "bottleneck-kernel-3-for-9",
          "A 3×3 filter has 9 numbers for each channel, not 3."
        ) { $0.weights - 6 * $0.middle * $0.middle + $0.scales + $0.projection },
        Misconception(
          "bottleneck-projection-not-normalized",
          "Behind the projection comes a batch norm too: 2·outputs, its γ and β."
        ) { $0.weights + $0.scales + ($0.projects ? $0.inputs * $0.outputs : 0) },
        Misconception(
          "bottleneck-running-statistics",
          "Running means and variances are not trained: batch norm has γ and β, two for each channel, "
            + "not four."
        ) {
          $0.weights + 2 * $0.scales + ($0.projects ? $0.inputs * $0.outputs + 4 * $0.outputs : 0)
        },
        Misconception(
          "bottleneck-gamma-only",
          "Batch norm has a γ and a β: two numbers for each channel, not one."
        ) {
          $0.weights + $0.scales / 2 + ($0.projects ? $0.inputs * $0.outputs + $0.outputs : 0)
        },
        Misconception(
          "bottleneck-one-scale-a-layer",
          "Batch norm has a γ and a β for each channel, not two numbers in all."
        ) { $0.weights + 6 + ($0.projects ? $0.inputs * $0.outputs + 2 : 0) },
        Misconception(
          "bottleneck-middle-scales-once",
          "Behind each of the three convolutions comes a batch norm: middle, middle and outputs "
            + "channels. You counted middle once."
        ) { $0.weights + $0.scales - 2 * $0.middle + $0.projection },
        Misconception(
          "bottleneck-stride-counted",
          "A stride says where a filter is laid, not how large it is: it brings no weights."
        ) {
          $0.weights + $0.scales
            + ($0.projects
              ? $0.stride * $0.stride * $0.inputs * $0.outputs + 2 * $0.outputs : 0)
        },
        Misconception(
          "bottleneck-projection-for-both",
          "A projection is needed where the channels differ or the stride is over 1; you asked for "
            + "both at once."
        ) {
          $0.weights + $0.scales
            + ($0.inputs != $0.outputs && $0.stride != 1 ? $0.projection : 0)
        },
        Misconception(
          "bottleneck-all-kernels-3",
          "Only the convolution in the middle is 3×3. The outer two and the projection are 1×1."
        ) {
          9 * $0.weights - 72 * $0.middle * $0.middle + $0.scales
            + ($0.projects ? 9 * $0.inputs * $0.outputs + 2 * $0.outputs : 0)
        },
      ],
      alternatives: [
        {
          $0.middle * ($0.inputs + 9 * $0.middle + $0.outputs + 4) + 2 * $0.outputs
            + ($0.projects ? $0.outputs * ($0.inputs + 2) : 0)
        },
        { $0.weights + $0.scales + $0.projection },
        { question in
          // Convolution by convolution: kernel² · from · to, and 2 · to behind it.
          var stages = [
            (1, question.inputs, question.middle), (3, question.middle, question.middle),
            (1, question.middle, question.outputs),
          ]
          if question.projects { stages.append((1, question.inputs, question.outputs)) }
          return stages.reduce(0) { $0 + $1.0 * $1.0 * $1.1 * $1.2 + 2 * $1.2 }
        },
      ],
      attempt: asks {
        try $0.bottleneckParameterCount(
          inputs: $1.inputs, middle: $1.middle, outputs: $1.outputs, stride: $1.stride)
      }
    )
  }
}
