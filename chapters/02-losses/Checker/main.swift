import Checking
import Exercises02
import Problems02

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run([Answers.self], on: [Chapter02Problems.self])
