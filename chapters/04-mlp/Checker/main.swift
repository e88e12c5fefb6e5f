import Checking
import Exercises04
import Problems04

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run([Answers.self], on: [Chapter04Problems.self])
