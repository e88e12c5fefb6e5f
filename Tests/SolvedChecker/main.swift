import Course
import Solutions

// The checker over finished functions.
CheckerProgram.run(Solutions.all, on: Catalogue.chapters)
