public import Checking
public import Core
import Images

extension Chapter05Problems {
  /// 5.4, the gradient of max pooling.
  public static var maxPool: Problem<PoolingQuestion, Matrix> {
    Problem(
      "5.4", "maxPoolBackward", minutes: 15, difficulty: 3, section: "Max pooling",
      hints: [
        "Nudge a number that is not the largest of its window. What happens to the output?",
        "One window (1, 3, 2), so y = 3, with dy = 0.5. Make the 2 larger by 0.01: y stays. Make the 3 "
          + "larger by 0.01: y grows by 0.01. And if this 3 is the largest of the next window too?",
        "dy [m, channels, h', w'], x and dx [m, channels, h, w]. Window (i, j) begins at row i·stride "
          + "and column j·stride: look for a row and a column in it, not for a value.",
        "dx at the place of the largest number += dy of the window; nothing to the others. Of equal "
          + "ones the first in row-major order takes it.",
        "var best = (i * stride, j * stride)\n"
          + "for row … { for column … where x[n, c, row, column] > x[n, c, best.0, best.1] { … } }\n"
          + "dx[n, c, best.0, best.1] += …",
      ],
      cases: PoolingQuestion.cases + PoolingQuestion.ties,
      forward: { ($0.dy * maxPool2dReference($0.x, $0.geometry)).sum() },
      reference: { maxPool2dReferenceBackward($0.dy, $0.x, $0.geometry) },
      parts: [Part("dx", of: \.x)],
      misconceptions: maxPoolMisconceptions,
      alternatives: [
        { question in
          // The largest number first, then its first place in the window.
          question.dx { window, output in
            let largest = window.map { question.x[$0] }.reduce(-Double.infinity) { max($0, $1) }
            let best = window.first { question.x[$0] == largest } ?? window[0]
            return [(best, question.dy[output])]
          }
        },
        { question in
          question.dx { window, output in [(question.largest(window), question.dy[output])] }
        },
        { question in
          // From behind, where of equal numbers the later one gives way.
          question.dx { window, output in
            let last = window[window.count - 1]
            let best = window.reversed().reduce(last) {
              question.x[$1] >= question.x[$0] ? $1 : $0
            }
            return [(best, question.dy[output])]
          }
        },
      ],
      attempt: asks {
        try $0.maxPoolBackward($1.dy, x: $1.x, window: $1.window, stride: $1.stride)
      }
    )
  }

  private static var maxPoolMisconceptions: [Misconception<PoolingQuestion, Matrix>] {
    [
      Misconception(
        "maxpool-spread-evenly",
        "You shared dy out evenly over the window: that is average pooling. Only the largest number "
          + "moved the output, so it takes all."
      ) { question in
        question.dx { window, output in
          window.map { ($0, question.dy[output] / Double(window.count)) }
        }
      },
      Misconception(
        "maxpool-copied-to-all",
        "You gave dy to every place of the window. Only the largest number moved the output; the "
          + "others get 0 from it."
      ) { question in
        question.dx { window, output in window.map { ($0, question.dy[output]) } }
      },
      Misconception(
        "maxpool-all-ties",
        "Where several numbers of a window are the largest, you gave dy to each. By convention the "
          + "first in row-major order takes all."
      ) { question in
        question.dx { window, output in
          let largest = question.x[question.largest(window)]
          return window.filter { question.x[$0] == largest }.map { ($0, question.dy[output]) }
        }
      },
      Misconception(
        "maxpool-shared-ties",
        "Where several numbers of a window are the largest, you shared dy among them. By convention "
          + "the first in row-major order takes all."
      ) { question in
        question.dx { window, output in
          let largest = question.x[question.largest(window)]
          let places = window.filter { question.x[$0] == largest }
          return places.map { ($0, question.dy[output] / Double(places.count)) }
        }
      },
      Misconception(
        "maxpool-column-order",
        "Of equal numbers you took the first column by column. By convention it is the first in "
          + "row-major order: rows in the outer loop."
      ) { question in
        question.dx { window, output in
          let largest = question.x[question.largest(window)]
          let places = window.filter { question.x[$0] == largest }
          let first = places.dropFirst().reduce(places[0]) { $1.3 < $0.3 ? $1 : $0 }
          return [(first, question.dy[output])]
        }
      },
      Misconception(
        "maxpool-last-tie",
        "Where several numbers of a window are the largest, you took the last. By convention it is the "
          + "first in row-major order: compare with >, not >=."
      ) { question in
        question.dx { window, output in
          let last = window.dropFirst().reduce(window[0]) {
            question.x[$1] >= question.x[$0] ? $1 : $0
          }
          return [(last, question.dy[output])]
        }
      },
      Misconception(
        "maxpool-overwritten",
        "Where windows overlap, one number can be the largest of several. What they send adds: +=, "
          + "not =."
      ) { question in
        var dx = Matrix(shape: question.x.shape)
        question.forEachWindow { dx[question.largest($0)] = question.dy[$1] }
        return dx
      },
      Misconception(
        "maxpool-stride-is-window",
        "You moved the windows by their own size. They move by the argument `stride`."
      ) { question in
        question.dx(stride: question.window) { window, output in
          [(question.largest(window), question.dy[output])]
        }
      },
      Misconception(
        "maxpool-starts-at-zero",
        "A window of negative numbers has a largest one too. Begin the search with the window's first "
          + "number, not with 0."
      ) { question in
        question.dx { window, output in
          let best = question.largest(window)
          return question.x[best] > 0 ? [(best, question.dy[output])] : []
        }
      },
      Misconception(
        "maxpool-value-for-slope",
        "You multiplied dy by the largest number. The output is that number itself: its slope is 1."
      ) { question in
        question.dx { window, output in
          let best = question.largest(window)
          return [(best, question.dy[output] * question.x[best])]
        }
      },
    ]
  }
}

extension PoolingQuestion {
  /// The sum of what each window sends to places of the input.
  ///
  /// - Parameters:
  ///   - stride: The stride, if not the question's own.
  ///   - shares: What a window sends, and where.
  /// - Returns: The gradient, in the input's shape.
  func dx(
    stride: Int? = nil, _ shares: (_ window: [Place], _ output: Place) -> [(Place, Double)]
  ) -> Matrix {
    var dx = Matrix(shape: x.shape)
    forEachWindow(stride: stride) { window, output in
      for (place, share) in shares(window, output) { dx[place] += share }
    }
    return dx
  }
}
