import Foundation
import Records
import Testing

@Suite("Resolved decks")
struct ResolvedDeckTests {
  private static let inputs = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../launch/inputs").standardized

  @Test("The text of a resolved deck gives the same resolved deck")
  func fixedPoint() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: ResolvedDeckTests.inputs.path)
    var texts = try names.filter { $0.hasSuffix(".yaml") }.map {
      try String(contentsOf: ResolvedDeckTests.inputs.appending(path: $0), encoding: .utf8)
    }
    #expect(texts.count >= 5)
    texts += [Sample.chain + "\ninitial: {file: run.h5, time: 0.1}"]
    texts += [Sample.chain, Sample.custom, Sample.chain + "\ninitial: {file: 'a \"b\" \\ c.csv'}"]
    for text in texts {
      let deck = try Sample.read(text)
      let again = try Sample.read(deck.resolved.text)
      #expect(again.resolved == deck.resolved)
      #expect(again.lattice == deck.lattice && again.baths == deck.baths)
      #expect(again.initial == deck.initial && again.time == deck.time)
      #expect(again.record == deck.record && again.forces == deck.forces)
    }
  }

  @Test("A changed, a new and a missing key are named with both values")
  func changes() throws {
    let former = try Sample.read(Sample.chain, set: ["record.momenta=[-1, 0]"]).resolved.entries
    func change(_ set: String...) throws -> [String?] {
      let present = try Sample.read(Sample.chain, set: ["record.momenta=[-1, 0]"] + set).resolved
      return ResolvedDeck.firstChange(from: former, to: present.entries)
        .map { [$0.key, $0.former, $0.present] } ?? []
    }
    #expect(try change() == [])
    #expect(try change("time.end=400.0") == [])
    #expect(try change("time.end=401") == ["time.end", "400.0", "401.0"])
    #expect(
      try change("baths.nonequilibrium.delta=[1, 2]")
        == ["baths.nonequilibrium[0].delta[1]", "1.0", "2.0"]
    )
    #expect(try change("record.momenta=[-1]") == ["record.momenta[1]", "0.0", nil])
    #expect(try change("forces.compression=0.1") == ["forces.compression", nil, "0.1"])
  }
}
