// What a function's comment promises and its result cannot show.

/// An error that a function is given to hand on.
private struct Unwilling: Error {}

/// Says so if an answer keeps back the error of a function that it was given.
///
/// - Parameters:
///   - name: What the comment calls that function.
///   - answer: Calls the answer with a function that throws the error it gets.
/// - Returns: What is wrong, in a sentence; nil if the error came out.
package func keptError(of name: String, _ answer: (any Error) throws -> Void) -> String? {
  do {
    try answer(Unwilling())
  } catch is Unwilling {
    return nil
  } catch {}
  return
    "\(name) threw an error, and your function kept it back: call it with `try` alone, so that "
    + "the error goes on to whoever called you"
}
