import Backprop
import Foundation
import TextSets
import Testing

@Suite struct `Names to spell` {
  @Test func `the surnames are whole, the most frequent first`() throws {
    let names = try Surnames.load()
    #expect(names.count == 88_799)
    #expect(names.prefix(3) == ["smith", "johnson", "williams"])
    #expect(Set(names).count == names.count)
    #expect(names.map(\.count).min() == 2)
    #expect(names.map(\.count).max() == 13)
  }

  @Test func `a seed fixes which tenth is held back, and no name is in both parts`() throws {
    let names = try Surnames.load()
    let (train, test) = Surnames.split(names, seed: 1)
    #expect(train.count == 79_920)
    #expect(test.count == 8_879)
    #expect(Set(train).isDisjoint(with: test))
    #expect(Set(train).union(test) == Set(names))
    #expect(Surnames.split(names, seed: 1).test == test)
    #expect(Surnames.split(names, seed: 2).test != test)
  }

  @Test func `letters have numbers from 1, and 0 is the boundary`() {
    #expect(LetterVocabulary.tokens(of: "abz") == [1, 2, 26])
    #expect(LetterVocabulary.text(of: [0, 1, 2, 26, 0]) == ".abz.")
    #expect(LetterVocabulary.tokens(of: "") == [])
    for token in 1..<LetterVocabulary.count {
      #expect(LetterVocabulary.tokens(of: LetterVocabulary.text(of: [token])) == [token])
    }
  }

  @Test func `a target is what comes next, and only a name's own targets count`() {
    let batch = NameBatch(["ann", "b"])
    #expect(batch.inputs == [[0, 1, 14, 14], [0, 2, 0, 0]])
    #expect(batch.targets == [[1, 14, 14, 0], [2, 0, 0, 0]])
    #expect(batch.mask == [[1, 1, 1, 1], [1, 1, 0, 0]])
    #expect(batch.targetCount == 6)
    let longer = NameBatch(["ann", "b"], length: 6)
    #expect(longer.inputs.allSatisfy { $0.count == 6 })
    #expect(longer.targetCount == 6)
  }

  @Test func `files that are no lists of names say so`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "names-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "names.txt")
    #expect(throws: TextError.self) { _ = try Surnames.load(from: file) }
    try "anna\nbea\r\ncleo\n".write(to: file, atomically: true, encoding: .utf8)
    #expect(try Surnames.load(from: file) == ["anna", "bea", "cleo"])
    try "anna\nBea\n".write(to: file, atomically: true, encoding: .utf8)
    #expect(throws: TextError.noName(path: file.path, line: 2, text: "Bea")) {
      _ = try Surnames.load(from: file)
    }
    try "\n".write(to: file, atomically: true, encoding: .utf8)
    #expect(throws: TextError.empty(path: file.path)) { _ = try Surnames.load(from: file) }
  }
}
