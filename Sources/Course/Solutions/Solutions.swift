public import Checking
import Solutions01
import Solutions02
import Solutions03
import Solutions04
import Solutions05
import Solutions06
import Solutions07
import Solutions08

/// The finished answers of every chapter.
public enum Solutions {
  public static let all: AnswerModules = [
    Solutions01.Answers.self, Solutions02.Answers.self, Solutions03.Answers.self,
    Solutions04.Answers.self, Solutions05.Answers.self, Solutions06.Answers.self,
    Solutions07.Answers.self, Solutions08.Answers.self,
  ]
}
