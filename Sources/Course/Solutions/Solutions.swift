public import Checking
import Solutions01
import Solutions02
import Solutions03
import Solutions04
import Solutions05
import Solutions06
import Solutions07
import Solutions08
import Solutions09
import Solutions10
import Solutions11
import Solutions12
import Solutions13
import Solutions14
import Solutions15
import Solutions16

/// The finished answers of every chapter.
public enum Solutions {
  public static let all: AnswerModules = [
    Solutions01.Answers.self, Solutions02.Answers.self, Solutions03.Answers.self,
    Solutions04.Answers.self, Solutions05.Answers.self, Solutions06.Answers.self,
    Solutions07.Answers.self, Solutions08.Answers.self,
    Solutions09.Answers.self, Solutions10.Answers.self, Solutions11.Answers.self,
    Solutions12.Answers.self,
    Solutions13.Answers.self,
    Solutions14.Answers.self,
    Solutions15.Answers.self,
    Solutions16.Answers.self,
  ]
}
