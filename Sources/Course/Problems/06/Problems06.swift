/// The exercises of chapter 6.
public enum Chapter06Problems {
  static var all: [any Exercise] { [] }
}
