import Backprop
import Course

extension Answers: Chapter08 {
}
