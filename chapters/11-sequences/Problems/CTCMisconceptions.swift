import Checking
import Core
import SequenceLayers

extension Chapter11Problems {
  static var ctcMisconceptions: [Misconception<CTCQuestion, Matrix>] {
    [
      Misconception(
        "ctc-best-path",
        "You took the likeliest path for the target. The loss sums over all paths that are read as the "
          + "label: the target of a frame is the share of each class in that sum."
      ) { $0.gradient(occupation: { $0.bestPath }) },
      changed(
        "ctc-skips-between-equal",
        "Between two equal classes a blank must stand, or they are read as one. The step from s - 2 is "
          + "not there when e_s = e_{s-2}."
      ) { $0.skipsBetweenEqual = true },
      changed(
        "ctc-emission-twice",
        "y_t stands in α and again in β: the product has it twice. Leave it out of one of them, or divide "
          + "by it."
      ) { $0.countsTwice = true },
      changed(
        "ctc-no-final-blank",
        "A path may end with a blank behind the last class: p = α_T(S) + α_T(S-1), and β begins with 1 at "
          + "both."
      ) { $0.endsInBlank = false },
      Misconception(
        "ctc-blank-last",
        "The blank is class 0 here. You took the last class for it, as other programs do."
      ) { question in question.gradient { $0.blank = question.classes - 1 } },
      Misconception(
        "ctc-softmax-twice",
        "The logits go through one softmax. You took the softmax of probabilities."
      ) { question in
        let (y, n) = (question.probabilities, question.classes)
        return question.gradient(
          y: softmax(y.reshaped([y.count / n, n])).reshaped(y.shape))
      },
      Misconception(
        "ctc-logits-for-logarithms",
        "The logits are scores, not log-probabilities: eᶻ is no distribution until it is divided by the "
          + "sum of its frame."
      ) { question in
        // With scores for logarithms the loss can be negative, and nothing holds them down.
        question.gradient(y: question.logits.map { Double.exp($0) })
      },
      Misconception(
        "ctc-not-averaged",
        "The loss is the mean over the m recordings of the batch: divide by m."
      ) { question in question.gradient() * Double(question.labels.count) },
      Misconception(
        "ctc-divided-by-length",
        "You divided by the label's length as well. Here -log p is averaged over the batch alone."
      ) { question in question.gradient(divisor: { Double(max($0.count, 1)) }) },
      Misconception(
        "ctc-wrong-sign",
        "More score for a class that has too little share makes the loss smaller: the difference is y - γ."
      ) { question in -question.gradient() },
      Misconception(
        "ctc-occupation-only", "The softmax's own part, y, is missing: the gradient is (y - γ)/m."
      ) { question in
        question.gradient() - question.probabilities / Double(question.labels.count)
      },
    ]
  }

  private static func changed(
    _ name: String, _ sentence: String, change: @escaping (inout CTCLattice) -> Void
  ) -> Misconception<CTCQuestion, Matrix> {
    Misconception(name, sentence) { $0.gradient(lattice: change) }
  }
}
