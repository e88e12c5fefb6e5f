import Checking
import Exercises15
import Problems15

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run([Answers.self], on: [Chapter15Problems.self])
