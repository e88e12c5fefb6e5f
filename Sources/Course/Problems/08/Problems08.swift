/// The exercises of chapter 8.
public enum Chapter08Problems {
  static var all: [any Exercise] { [] }
}
