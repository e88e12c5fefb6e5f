import Course

/// The exercises of the same chapter, the one itself among them.
func neighbours(of exercise: any Exercise) -> [ExerciseFacts] {
  Catalogue.chapter(exercise.chapter).map(\.facts)
}
