@testable import Course
import Testing

@Test(arguments: Catalogue.all.map(\.id))
func `an answer that keeps its first result does not pass, whatever it is kept by`(
  id: String
) throws {
  #expect(try #require(Catalogue.find(id)).keepersThatPass() == [])
}
