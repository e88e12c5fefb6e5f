import Testing

@Test(
  .aside,
  arguments: [
    "prints", "printsErrors", "writesEverywhere", "writesThroughTheSystem", "writesAndLeaves",
    "writesAtExit", "writesFromAThread", "writesFromAnotherProgram", "looksForTheWord",
    "repeatsTheWord", "closesTheChannel",
  ])
func `the guide believes no verdict that a function writes itself`(forgery: String) throws {
  let copy = try Copy(checker: "HostileChecker")
  let run = try copy.run("check", "2.1", environment: ["FORGERY": forgery])
  #expect(run.status == 1, "\(run.output)\(run.errors)")
  #expect(!run.output.contains("done") && !run.output.contains("not started"), "\(run.output)")
}
