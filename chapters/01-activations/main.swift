import Course
import Exercises
import Solutions

let command = ChapterCommand(
  1, "Chapter 1, activations: what each slope does to a gradient that passes through.",
  uses: ["1.1"])

command.run(exercises: Exercises.Answers.self, solutions: Solutions.Answers.self) {
  options, source in
  let screen = Screen(options)
  screen.title("Chapter 1 · Activations")
  try checkSlopes(source, on: screen)
}
