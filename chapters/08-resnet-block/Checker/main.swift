import Checking
import Exercises08
import Problems08

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run([Answers.self], on: [Chapter08Problems.self])
