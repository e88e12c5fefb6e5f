import Checking
import Exercises10
import Problems10

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run([Answers.self], on: [Chapter10Problems.self])
