import Course
import Solutions

// The checker over finished functions.
CheckerProgram.run(Answers.self)
