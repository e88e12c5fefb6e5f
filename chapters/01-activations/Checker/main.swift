import Checking
import Exercises01
import Problems01

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run([Answers.self], on: [Chapter01Problems.self])
