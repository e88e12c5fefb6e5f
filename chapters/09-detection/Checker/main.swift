import Checking
import Exercises09
import Problems09

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run([Answers.self], on: [Chapter09Problems.self])
