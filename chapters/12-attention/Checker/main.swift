import Checking
import Exercises12
import Problems12

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run([Answers.self], on: [Chapter12Problems.self])
