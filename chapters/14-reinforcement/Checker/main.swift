import Checking
import Exercises14
import Problems14

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run([Answers.self], on: [Chapter14Problems.self])
