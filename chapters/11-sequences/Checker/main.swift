import Checking
import Exercises11
import Problems11

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run([Answers.self], on: [Chapter11Problems.self])
