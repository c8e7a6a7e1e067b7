import Records
import Testing

@Suite("Values that a key of the deck takes")
struct DeckVariationTests {
  @Test(
    "A range counts steps and has its end, if that is within 1e-9 of a step",
    arguments: [
      ("a=0:1:0.25", ["0", "0.25", "0.5", "0.75", "1"]),
      ("a=0:1:0.3", ["0", "0.3", "0.6", "0.9"]),
      ("a=0:0.9:0.3", ["0", "0.3", "0.6", "0.9"]),
      ("a=1:0:-0.5", ["1", "0.5", "0"]),
      ("a=0.05:0.1:0.05", ["0.05", "0.1"]),
      ("a=-1:1:1", ["-1", "0", "1"]),
      ("a=100:300:100", ["100", "200", "300"]),
      ("a=0:1e-3:5e-4", ["0", "0.0005", "0.001"]),
      ("a=0:0.99999999999:0.5", ["0", "0.5", "0.99999999999"]),
      ("a=0:0.999999:0.5", ["0", "0.5"]),
      ("a=2:2:1", ["2"]),
      ("a=0:1.0000000001:0.5", ["0", "0.5", "1.0000000001"]),
    ]
  )
  func ranges(text: String, values: [String]) throws {
    #expect(try DeckVariation(text).values == values)
  }

  @Test("A hundred steps of 0.01 look as they were meant")
  func decimals() throws {
    let variation = try DeckVariation("baths.drive=0:1:0.01")
    #expect(variation.values.count == 101)
    for index in 0...100 { #expect(variation.number(index) == Double(index) / 100) }
    #expect(variation.values[35] == "0.35")
    #expect(variation.key == "baths.drive")
  }

  @Test("Lists are separated by commas outside brackets and quotes")
  func lists() throws {
    #expect(try DeckVariation("a.b[0]=0.1,2,1e-3").values == ["0.1", "2", "1e-3"])
    let sizes = try DeckVariation("lattice.modes=[8,8],[16,16]")
    #expect(sizes.values == ["[8,8]", "[16,16]"])
    #expect(sizes.number(0) == nil)
    #expect(try DeckVariation("a={b: 1, c: [2,3]},4").values == ["{b: 1, c: [2,3]}", "4"])
    #expect(try DeckVariation("a=\"x,y\",z").values == ["\"x,y\"", "z"])
    #expect(try DeckVariation("a=symmetric,ohmic").values == ["symmetric", "ohmic"])
  }

  @Test(
    "What is wrong is said",
    arguments: [
      ("", "allowed is KEY=FROM:TO:STEP"), ("a", "allowed is KEY=FROM:TO:STEP"),
      ("=1", "allowed is KEY=FROM:TO:STEP"), ("a b=1", "'a b' is not a key"),
      ("a=", "has an empty value"), ("a=1,", "has an empty value"),
      ("a=1,,2", "has an empty value"),
      ("a=0:1", "a range is FROM:TO:STEP"), ("a=0:1:2:3", "a range is FROM:TO:STEP"),
      ("a=0:1:0", "the step must lead"), ("a=0:1:-0.1", "the step must lead"),
      ("a=0:0:0", "the step must lead"), ("a=0:x:1", "'x' is not a finite number"),
      ("a=0:inf:1", "'inf' is not a finite number"), ("a=nan:1:1", "'nan' is not a finite number"),
      ("a=0:1:1e-9", "more than 10000 values"), ("a=0:1e300:1e-300", "more than 10000 values"),
      ("a=0::1", "'' is not a finite number"), ("a\u{7}=1:2", "--vary a?"),
    ]
  )
  func flaws(text: String, saying: String) {
    let flaw = #expect(throws: DeckVariation.Flaw.self) { try DeckVariation(text) }
    #expect(flaw?.description.contains(saying) == true, "\(flaw?.description ?? "")")
    #expect(flaw?.description.hasPrefix("--vary ") == true)
  }

  @Test("The override is named as the user may write it")
  func override() throws {
    let variation = try DeckVariation("baths.drive=0:2:0.5")
    #expect(variation.override(3).assignment == "baths.drive=1.5")
    #expect(variation.override(3).shown == "--vary baths.drive=1.5")
  }
}
