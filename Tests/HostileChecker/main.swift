import Course
import HostileAnswers

// The checker over functions that misbehave.
CheckerProgram.run(Answers.self)
