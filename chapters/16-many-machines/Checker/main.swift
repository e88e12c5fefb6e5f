import Checking
import Exercises16
import Problems16

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run([Answers.self], on: [Chapter16Problems.self])
