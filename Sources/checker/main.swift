import Course
import Exercises

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run(Answers.self)
