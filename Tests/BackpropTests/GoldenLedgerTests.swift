import Backprop
import Foundation
import Testing

/// A test against independent values, the names that the library has for what it compares, and the
/// cases of Golden/ that it must have looked at.
private struct Proof: Sendable {
  let names: [String]
  let cases: [String]
  let test: @Sendable () throws -> Void

  init(_ names: String..., cases: [String]? = nil, _ test: @escaping @Sendable () throws -> Void) {
    (self.names, self.cases, self.test) = (names, cases ?? names, test)
  }
}

/// Everything that computes something for a network, and the test that compares it.
private let proofs: [Proof] =
  activationProofs + lossProofs + layerProofs + stepProofs + placeProofs
  + kinshipProofs + sequenceProofs + attentionProofs

private let activationProofs: [Proof] = [
  activation("identity"), activation("sigmoid"), activation("tanh"), activation("relu"),
  activation("leakyReLU"), activation("elu"), activation("softplus"), activation("silu"),
  activation("gelu"), activation("Activation", "gelu"),
]

private func activation(_ name: String, _ golden: String? = nil) -> Proof {
  let golden = golden ?? name
  return Proof(name, cases: [golden]) {
    try `an activation and its gradient are the independent ones`(name: golden)
  }
}

private let lossProofs: [Proof] = [
  Proof("softmax", "softmaxBackward", cases: ["softmax"]) {
    try `softmax and its gradient are the independent ones`()
  },
  loss("meanSquaredError"), loss("meanAbsoluteError"), loss("huber"),
  loss("binaryCrossEntropy", "binaryCrossEntropyOnLogits"),
  loss("binaryCrossEntropy", "binaryCrossEntropyOnProbabilities"),
  loss("softmaxCrossEntropy", "softTargets"), loss("softmaxCrossEntropy", "labels"),
  // -log softmax(z)[label] is a normalizer without its logit.
  loss("logSumExp", "labels"),
  loss("weightedCrossEntropy", "weighted"), loss("smoothed"), loss("oneHot", "smoothed"),
  Proof("l2Penalty", cases: ["l2"]) {
    try `a penalty and its gradient are the independent ones`(name: "l2")
  },
  Proof("l1Penalty", cases: ["l1"]) {
    try `a penalty and its gradient are the independent ones`(name: "l1")
  },
]

private let layerProofs: [Proof] = [
  Proof("Dense", cases: ["dense"]) {
    try `a dense layer and its gradients are the independent ones`()
  },
  convolution("Conv2d"), convolution("ConvolutionGeometry"),
  convolution("conv2dReference"), convolution("conv2dReferenceBackwardInput"),
  convolution("conv2dReferenceBackwardWeight"), convolution("conv2dReferenceBackwardBias"),
  pooling("MaxPool2d", "max"), pooling("AveragePool2d", "average"),
  pooling("PoolingGeometry", "max"), pooling("maxPool2dReference", "max"),
  pooling("maxPool2dReferenceBackward", "max"), pooling("averagePool2dReference", "average"),
  pooling("averagePool2dReferenceBackward", "average"),
  Proof("GlobalAveragePool", cases: ["global"]) {
    try `global average pooling and its gradient are the independent ones`()
  },
  Proof("BatchNorm", "ScaleAndShift", cases: ["features", "images", "oneImage"]) {
    for name in ["features", "images", "oneImage"] {
      try NormalizationTests()
        .`batch norm, its gradients and its running averages are the independent ones`(name: name)
    }
  },
  Proof("LayerNorm", cases: ["rows"]) {
    try NormalizationTests().`layer norm and its gradients are the independent ones`()
  },
  Proof("Dropout", cases: ["dropout"]) {
    try `dropout's gradient through a given mask is the independent one`()
  },
  Proof("LastStep", "Flatten", "ImagesIn", cases: ["lastStep", "flatten"]) {
    try `the last step, and flattened images, are the independent ones`()
  },
  Proof(
    "rnnStep", "rnnStepBackward", "lstmStep", "lstmStepBackward",
    cases: ["rnnStep", "lstmStep"]
  ) {
    try RecurrentTests().`one step and its gradients are the independent ones`()
  },
  Proof("RNN", "LSTM", "RecurrentParameters", cases: ["rnn", "lstm"]) {
    try RecurrentTests().`whole sequences and their gradients are the independent ones`()
  },
  Proof("Stack", "Then", "Residual", cases: ["stack", "residualStack"]) {
    try `a stack, plain and residual, and its gradients are the independent ones`()
  },
  Proof(
    "Projected", "basicBlock", "projectedBasicBlock", "bottleneckBlock", "preActivationBlock",
    "basicBody", "normalizedConvolution",
    cases: ["basic", "projected", "bottleneck", "preActivation"]
  ) {
    try ResidualTests().`blocks for images and their gradients are the independent ones`()
  },
  Proof("projectedBottleneckBlock", cases: ["projectedBottleneck"]) {
    try `a bottleneck with a projection and its gradients are the independent ones`()
  },
]

private let stepProofs: [Proof] = [
  Proof(
    "SGD", "Momentum", "Nesterov", "AdaGrad", "RMSprop", "Adam", "AdamW", "Clipped",
    cases: [
      "sgd", "momentum", "nesterov", "adaGrad", "rmsProp", "adam", "adamW", "adamWWeightsOnly",
      "clipped",
    ]
  ) {
    try `ten steps of every optimizer are the independent ones`()
  },
  Proof("AccumulatedGradient", cases: ["accumulated"]) {
    try `a gradient put together from two batches is the independent one of both`()
  },
  Proof("newtonStep", "hessian", "hessian", "solve", cases: ["newton"]) {
    try `Newton's step is the independent one, damped and not`()
  },
  schedule("constant"), schedule("step"), schedule("exponential"),
  schedule("inverseTime", "inverse"), schedule("cosineSchedule", "cosine"),
  schedule("warmupCosine"), schedule("Schedule", "step"),
  Proof("PlateauSchedule", cases: ["plateau"]) {
    try `the rates of the plateau schedule are the independent ones`()
  },
]

private let placeProofs: [Proof] = [
  Proof("focalLoss", cases: ["focal", "focalHalf", "focalEmpty"]) {
    for name in ["focal", "focalHalf", "focalEmpty"] {
      try `focal loss and its gradient are the independent ones`(name: name)
    }
  },
  Proof("boxDecode", "boxDecodeBackward", cases: ["decode"]) {
    try `boxes of four numbers and their gradient are the independent ones`()
  },
  Proof("smoothL1") {
    try `a loss of boxes and its gradient are the independent ones`(name: "smoothL1")
  },
  Proof("iouLoss", "intersectionOverUnion", cases: ["iou"]) {
    try `a loss of boxes and its gradient are the independent ones`(name: "iou")
  },
  Proof("giouLoss", cases: ["giou"]) {
    try `a loss of boxes and its gradient are the independent ones`(name: "giou")
  },
  Proof("softDice", cases: ["dice"]) {
    try `soft Dice and its gradient are the independent ones`()
  },
  Proof(
    "TransposedConv2d", "transposedConv2dReference", "transposedConv2dReferenceBackward",
    cases: ["transposed", "doubled", "overlapping"]
  ) {
    for (name, stride, padding) in [("transposed", 2, 1), ("doubled", 2, 0), ("overlapping", 1, 0)]
    {
      try `a transposed convolution and its gradients are the independent ones`(
        name: name, stride: stride, padding: padding)
    }
  },
  Proof(
    "UpsampleNearest", "SkipConcatenation", "PositionsAsRows", "upsampleConcatReference",
    "upsampleConcatReferenceBackward", cases: ["enlarged", "beside", "pixels", "step"]
  ) {
    try `what enlarges, keeps beside and makes rows is the independent one`()
  },
  Proof(
    "regionMaxPool", "regionMaxPoolBackward", "regionMaxPoolBackward", cases: ["regions"]
  ) {
    try `region pooling and its gradient are the independent ones`()
  },
]

private let kinshipProofs: [Proof] = [
  Proof("Embedding", "scatterAdd", cases: ["table"]) {
    try `a table of rows and its gradient are the independent ones`()
  },
  Proof("L2Normalize", "l2Normalize", "l2NormalizeBackward", cases: ["unit"]) {
    try `rows of length one and their gradient are the independent ones`()
  },
  Proof(
    "tripletLoss", "squaredDistances", "infoNCE", cases: ["triplet", "distances", "partners"]
  ) {
    try `triplets, distances and partners, and their gradients, are the independent ones`()
  },
  Proof(
    "negativeSampling", "noiseDistribution", "gloVeLoss", cases: ["words", "noise", "glove"]
  ) {
    try `word vectors' losses and gradients are the independent ones`()
  },
  Proof("factorizationLoss", cases: ["ratings"]) {
    try `the loss of ratings and its gradients are the independent ones`()
  },
  Proof("kalmanStep", "KalmanBelief", "Innovation", cases: ["kalman"]) {
    try `a filter's step is the independent one`()
  },
]

private let sequenceProofs: [Proof] = [
  Proof("gruStep", "gruStepBackward", "GRU", cases: ["gruStep", "gru"]) {
    try `a gated unit, one step and whole sequences, is the independent one`()
  },
  Proof("maskedCrossEntropy", "EveryStep", cases: ["masked", "everyStep"]) {
    try `the masked loss and a layer at every step are the independent ones`()
  },
  Proof("dotAttention", "dotAttentionBackward", cases: ["dotAttention"]) {
    try `dot attention and its gradients are the independent ones`()
  },
  Proof("CausalConv1d", "causalConv1dReference", cases: ["causal", "dilated"]) {
    for (name, dilation) in [("causal", 1), ("dilated", 3)] {
      try `a convolution in time and its gradients are the independent ones`(
        name: name, dilation: dilation)
    }
  },
  Proof("ctc", "ctcOccupation", "ctcBestPath", cases: ["ctc", "occupation", "bestPath"]) {
    try `alignments, their loss, gradient and occupation, are the independent ones`()
  },
]

private let attentionProofs: [Proof] = [
  Proof("GraphConvolution", "normalizedAdjacency", cases: ["adjacency", "graph"]) {
    try `a graph's mixing, its layer and their gradients are the independent ones`()
  },
  Proof(
    "batchedMatmul", "batchedMatmul", "batchedMatmul", "batchedMatmulReference", "maskedSoftmax",
    "AttentionMask", cases: ["products", "softmax"]
  ) {
    try `many small products, and rows with masked places, are the independent ones`()
  },
  Proof(
    "scaledDotProductAttention", "scaledDotProductAttentionBackward",
    cases: ["attention", "causal"]
  ) {
    try `attention and its gradients are the independent ones`(name: "attention", mask: .none)
    try `attention and its gradients are the independent ones`(name: "causal", mask: .causal)
  },
  Proof("splitHeads", "mergeHeads", cases: ["heads"]) {
    try `heads are cut side by side, as the independent ones are`()
  },
  Proof(
    "MultiHeadAttention", "TransformerBlock", "LearnedPositions", "PatchEmbedding", "patchRows",
    "imagesOfPatches", cases: ["heads", "block", "positions", "patches"]
  ) {
    try `heads, a block, positions and patches, and their gradients, are the independent ones`()
  },
  Proof("VisionTransformer", "GPT", cases: ["vision", "gpt"]) {
    try `whole transformers and their gradients are the independent ones`()
  },
]

private func schedule(_ name: String, _ golden: String? = nil) -> Proof {
  let golden = golden ?? name
  return Proof(name, cases: [golden]) {
    for (name, schedule) in schedules where name == golden {
      try `the rates of a schedule are the independent ones`(name: name, schedule: schedule)
    }
  }
}

private func loss(_ name: String, _ golden: String? = nil) -> Proof {
  let golden = golden ?? name
  return Proof(name, cases: [golden]) {
    try `a loss and its gradient are the independent ones`(name: golden)
  }
}

private func convolution(_ name: String) -> Proof {
  let cases = ["plain", "strided", "dilated", "grouped", "depthwise", "pointwise", "whole"]
  return Proof(name, cases: cases) {
    for golden in cases {
      try `a convolution and its gradients are the independent ones`(name: golden)
    }
  }
}

private func pooling(_ name: String, _ kind: String) -> Proof {
  let cases = ["halves", "overlapping", "dense"]
  return Proof(name, cases: cases.map { "\(kind).\($0)" }) {
    for golden in cases {
      try `pooling and its gradients are the independent ones, ties included`(name: golden)
    }
  }
}

/// What is public in those files and computes nothing for a network.
private let noArithmetic: Set = [
  "NoGradient", "NoParameters", "WeightAndBias",  // hold tensors
  "Pair", "ParameterList", "Branches",  // hold those of several layers
  "Context", "RNNStepCache", "LSTMStepCache",  // hold what a pass needs
  "OptimizerMemory",  // holds what a file does
  "SingularMatrix", "TrainingFailure",  // errors
  "imageColumns", "swappedLast",  // rearrangements, tested against indices
  "Region", "Triplet", "Ratings", "TripletChoice", "AdjacencyNorm",  // say which
  "triplets",  // a choice
  "TripletGradients", "EmbeddingTable", "GloVeParameters", "Factors", "PositionTable",
  "TransformerParameters", "PatchParameters", "AttentionWeights", "VisionParameters",
  "GPTParameters",  // hold tensors
  "GRUStepCache",  // holds what a pass needs
]

@Suite struct GoldenLedgerTests {
  /// The names of what is declared in public, and the cases of activations and schedules.
  private func declared() throws -> [String] {
    let library = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Backprop").standardized
    let functions = ["Core/Activations", "Core/Softmax", "Core/Losses", "Training/Schedules"]
      .map { "\($0).swift" }
    let folders = [
      "Core/Layers", "Core/Training", "Images", "Sequences", "Training/Layers",
      "Training/Optimizers",
      "Detection", "Embeddings", "SequenceLayers", "Attention",
    ]
    let files =
      try functions
      + folders.flatMap { folder in
        try FileManager.default.contentsOfDirectory(atPath: library.appending(path: folder).path)
          .filter { $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }
      }
    return try files.flatMap { file in
      let source = try String(contentsOf: library.appending(path: file), encoding: .utf8)
      let found = source.matches(of: /(?m)^public (?:struct|enum|func) (\w+)/).map { $0.1 }
      let cases = source.matches(of: /(?m)^  case (\w+)/).map { $0.1 }
      return (found + (functions.contains(file) ? cases : [])).map(String.init)
    }
  }

  @Test func `everything that computes is compared with independent values`() throws {
    let names = try declared().filter { !noArithmetic.contains($0) }.sorted()
    #expect(names.count > 60)
    let proved = proofs.flatMap(\.names).sorted()
    #expect(
      names.difference(from: proved).isEmpty,
      "left: declared, not proved (insert) or the reverse: \(names.difference(from: proved))")
  }

  @Test func `each of these tests compares the cases that it is listed with`() throws {
    for proof in proofs {
      let witness = Witness()
      try GoldenFile.$witness.withValue(witness) { try proof.test() }
      for golden in proof.cases {
        #expect(
          witness.names.contains { $0 == golden || $0.hasPrefix("\(golden).") },
          "\(proof.names) is said to be compared with \(golden), the test looked at \(witness.names)"
        )
      }
    }
  }
}
