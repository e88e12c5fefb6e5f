import Checking
import Exercises05
import Problems05

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run([Answers.self], on: [Chapter05Problems.self])
