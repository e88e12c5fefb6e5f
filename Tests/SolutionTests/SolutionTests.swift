import Course
import Solutions
import Testing

@Test(arguments: Catalogue.all.map(\.id))
func `the solution passes`(id: String) throws {
  #expect(try #require(Catalogue.find(id)).check(Solutions.all) == .passed)
}
