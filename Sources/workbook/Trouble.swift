/// Why the guide cannot do what it was asked for, in a sentence, and the status that it ends with.
struct Trouble: Error, CustomStringConvertible {
  let description: String
  let status: Int32

  init(_ description: String, status: Int32 = 1) {
    (self.description, self.status) = (description, status)
  }
}
