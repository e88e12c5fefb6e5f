import Checking
import Exercises06
import Problems06

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run([Answers.self], on: [Chapter06Problems.self])
