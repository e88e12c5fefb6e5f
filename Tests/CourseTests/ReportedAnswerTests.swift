@testable import Checking
@testable import Problems13
@testable import Problems14
@testable import Problems15
@testable import Problems16
import Backprop
import Course
import Testing

/// Conventions that other programs have, in which somebody may well think: threads in public.
private let conventions: [(id: String, bug: String, thread: String)] = [
  ("13.2", "kl-mean-over-dimensions", "keras-io 270, keras-molecules 59, grammarVAE 2"),
  ("13.2", "kl-batch-not-averaged", "generative-models 40, alibi-detect 90"),
  ("13.2", "kl-halves-left-out", "affinity-vae 210"),
  ("13.3", "discriminator-labels-softened", "ganhacks 36"),
  ("13.3", "discriminator-epsilon-in-the-logarithm", "VariationalRecurrentNeuralNetwork 2"),
  ("13.3", "discriminator-hinge", "stylegan2-pytorch 69"),
  ("13.3", "discriminator-wasserstein", "torchgan 11"),
  ("13.3", "discriminator-least-squares", "torchgan 11"),
  ("13.6", "likelihood-halves-left-out", "KL-Loss 4"),
  ("13.7", "quantizer-codes-without-gradient", "vector-quantize-pytorch 22"),
  ("13.7", "quantizer-nothing-stopped", "multimodal 29"),
  ("13.7", "quantizer-straight-through-first", "jax-vqvae-gpt 2"),
  (
    "13.7", "quantizer-beta-on-the-codes",
    "taming-transformers 57, diffusers 8226, 1d-tokenizer 120"
  ),
  ("14.1", "policy-averaged-before-multiplying", "Gymnasium 1336"),
  ("14.1", "policy-standardized-by-n-less-one-and-epsilon", "stable-baselines3 325"),
  ("14.2", "returns-discounted-not-summed", "ReinforcementZeroToAll 1"),
  ("14.2", "returns-cut-one-step-early", "rlevo 342"),
  ("14.2", "returns-bootstrap-forgotten", "skrl 449, spinningup 233"),
  ("14.4", "q-huber", "deep-Q-networks 5"),
  ("14.4", "q-done-ignored", "pytorch-rl 2"),
  ("14.6", "squash-epsilon-added", "pytorch-soft-actor-critic 14"),
  ("14.7", "surrogate-dual-clip", "tianshou 742"),
  ("14.7", "surrogate-ratio-reversed", "baselines 652 and 1218"),
  ("15.1", "distillation-soft-mean-over-classes", "deit 61 and 116, LD 74, Teacher-free 5"),
  ("15.1", "distillation-square-forgotten", "keras-io 869"),
  ("15.1", "distillation-epsilon-added", "cls_KD 13"),
  ("15.2", "quantize-rounds-half-up", "pytorch 21767, tt-metal 56525"),
  ("15.2", "quantize-decided-by-the-level", "ao 500"),
  ("15.2", "quantize-bounds-exclusive-of-the-level", "ao 4806"),
  ("15.2", "quantize-passes-outside", "oneflow 8649, quantized.pytorch 5"),
  ("15.5", "integrated-ends-counted-in", "AiDotNet 800"),
  ("15.5", "integrated-one-point-more", "training-data-analyst 1122"),
  ("15.5", "integrated-path-from-zeros", "DeepExplain 23"),
  ("15.5", "integrated-not-times-the-way", "tf-explain 128"),
  ("15.7", "learned-step-open-interval", "LSQuantization 1"),
  ("15.7", "learned-step-decided-by-the-level", "LSQplus 8"),
  ("15.7", "learned-step-paper-s-scale", "lsq-net 23"),
  ("16.1", "shards-plain-mean", "transformers 608 and 34242, pytorch 67253"),
  ("16.2", "ring-chunks-rounded-up", "pypto 2094"),
  ("16.2", "ring-turned-round", "pypto 1942"),
  ("16.2", "ring-second-half-runs-on", "tinygrad 3000"),
  ("16.3", "topk-all-as-large-as-the-kth", "mergekit 677"),
  ("16.3", "topk-without-abs", "pfl-research 65"),
  ("16.4", "federated-plain-mean", "federated-learning 20, Federated-Learning-PyTorch 27"),
  ("16.5", "private-epsilon-added", "opacus 631"),
  ("16.5", "private-divided-by-those-who-came", "opacus 420"),
  ("16.6", "maml-first-order", "MAML-Pytorch 17, 26, 32 and 63"),
]

/// That each is told from every other is `CatalogueTests`' matter.
@Test(arguments: conventions)
func `the checker knows a convention of other programs by its name`(
  id: String, bug: String, thread: String
) throws {
  let exercise = try #require(Catalogue.find(id))
  #expect(exercise.wrongAnswers.contains { $0.name == bug }, "\(thread)")
}

@Test func `ranges that other programs keep numbers in change no right answer`() {
  // synthcity 331: the logarithm of a variance in -30…20; soft-actor-critic: that of a deviation in -20…2.
  let draw = Chapter13Problems.latentDraw.verdict { question in
    let l = question.logVariance.map { min(max($0, -30), 20) }
    return (question.dz, 0.5 * question.dz * question.noise * l.map { Double.exp($0 / 2) })
  }
  #expect(draw == .passed)
  // pytorch 190058: a variance of 10⁻⁶ at least.
  let likelihood = Chapter13Problems.gaussianLikelihood.verdict { question in
    let (v, e) = (
      question.logVariance.map { max(Double.exp($0), 1e-6) }, question.targets - question.mean
    )
    let n = Double(question.mean.count)
    return (-1 * e / v / n, (1 - e * e / v) / (2 * n))
  }
  #expect(likelihood == .passed)
  // slime 2198, miles 1363: the logarithm of r in ±20.
  let clipped = Chapter14Problems.clippedSurrogate.verdict { question in
    let ratios = question.ratios.map { Double.exp(min(max(Double.log($0), -20), 20)) }
    return question.gradient(question.advantages * ratios)
  }
  #expect(clipped == .passed)
}

@Test func `the nearest code by expanded squares is the nearest`() {
  // PyTorch-VAE 87.
  let verdict = Chapter13Problems.vectorQuantizer.verdict { question in
    let (z, codebook) = (question.z, question.codebook)
    let cross = matmul(z, transposed: codebook)
    let (a, b) = ((z * z).sum(axis: 1), (codebook * codebook).sum(axis: 1))
    let chosen = (0..<z.rows).map { i in
      (0..<codebook.rows).min { a[i] + b[$0] - 2 * cross[i, $0] < a[i] + b[$1] - 2 * cross[i, $1] }
        ?? 0
    }
    let distance = z - codebook.rows(chosen)
    let scale = 2 / Double(z.count)
    let choices: Matrix = oneHot(chosen, classes: codebook.rows)
    return (
      question.dq + question.beta * scale * distance, matmul(transposed: choices, -scale * distance)
    )
  }
  #expect(verdict == .passed)
}

@Test func `an action's density by the normal at u, link by link, is right`() {
  // spinningup 101, cleanrl 428.
  let verdict = Chapter14Problems.squashedGaussian.verdict { question in
    var (dMean, dS) = (0 * question.mean, 0 * question.mean)
    for i in 0..<question.batch {
      for j in 0..<question.width {
        let deviation = Double.exp(question.logDeviation[i, j])
        let u = question.mean[i, j] + deviation * question.noise[i, j]
        let (a, far) = (Double.tanh(u), (u - question.mean[i, j]) / deviation)
        let dLog = question.dLogProbability[i]
        // log N(u; μ, eˢ) has u in it, and μ and s once more by themselves.
        let du = question.dAction[i, j] * (1 - a * a) + dLog * (2 * a - far / deviation)
        dMean[i, j] = du + dLog * far / deviation
        dS[i, j] = du * deviation * question.noise[i, j] + dLog * (far * far - 1)
      }
    }
    return (dMean, dS)
  }
  #expect(verdict == .passed)
}

@Test func `weights of few bits may be multiplied by 1/s, and compared in their own size`() {
  // pytorch 21767, ao 4806.
  let verdict = Chapter15Problems.fakeQuantization.verdict { question in
    let (q, s) = (question.limit, question.step)
    let y = question.weight.map {
      s * min(max(($0 * (1 / s)).rounded(.toNearestOrEven), -q), q)
    }
    return (y, question.dy.zip(question.weight) { abs($1) <= q * s ? $0 : 0 })
  }
  #expect(verdict == .passed)
}

@Test func `lengths may be divided by, and NaN be taken for 0, in other ways that are right`() {
  // max(1, ‖g‖/C), as DP-SGD's paper has it; flower 7645.
  let divided = Chapter16Problems.privacy.verdict { question in
    let norms = Matrix((0..<question.x.rows).map(question.norm))
    let scaled = (question.dy.T * norms.map { 1 / max(1, $0 / question.clip) }).T
    return (
      norms,
      (matmul(transposed: question.x, scaled) + question.clip * question.noiseW) / question.lot,
      (scaled.sum(axis: 0) + question.clip * question.noiseB) / question.lot
    )
  }
  #expect(divided == .passed)
  let replaced = Chapter16Problems.federated.verdict { question in
    var other = question
    other.weights = question.weights.map { $0.isNaN ? 0 : $0 }
    return other.sum { Double(other.sizes[$0]) / Double(other.total) }
  }
  #expect(replaced == .passed)
}
