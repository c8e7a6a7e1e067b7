import Kinetics
import Testing

@Suite("Saved numbers")
struct StateWordsTests {
  @Test("What was appended comes out bit for bit, and no more than that")
  func order() throws {
    var words = StateWords()
    words.append(-0.0)
    words.append(Double.nan)
    words.append(-7)
    words.append(true)
    words.append(UInt64.max)
    var saved = StateWords(words.words)
    #expect(try saved.takeDouble().bitPattern == (-0.0).bitPattern)
    #expect(try saved.takeDouble().isNaN)
    #expect(try saved.takeInteger() == -7)
    #expect(try saved.takeBool())
    #expect(try saved.takeBits() == .max)
    #expect(throws: StateError.self) { try saved.takeBits() }
  }
}
