import Checking
import Exercises03
import Problems03

// What `workbook` builds and runs to check the functions in exercises/; nobody else needs it.
CheckerProgram.run([Answers.self], on: [Chapter03Problems.self])
