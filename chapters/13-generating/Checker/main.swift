import Checking
import Exercises13
import Problems13

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run([Answers.self], on: [Chapter13Problems.self])
