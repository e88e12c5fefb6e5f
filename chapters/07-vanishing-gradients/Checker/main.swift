import Checking
import Exercises07
import Problems07

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run([Answers.self], on: [Chapter07Problems.self])
