import Foundation
import Testing

extension Program {
  @Suite("Decks that are no decks")
  struct BadText {
    /// All the values of a byte, then bytes from a generator with a fixed seed.
    private static let binary: [[UInt8]] = {
      var state: UInt64 = 1
      let random = (0..<4096).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
      }
      return [Array(0...255), random]
    }()

    /// Nine levels of ten aliases each, a billion scalars if they are followed.
    private static let laughs = (1...9).reduce("a0: &a0 [lol]\n") { text, level in
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      return text + "a\(level): &a\(level) [\(aliases)]\n"
    }

    private static let refusals: [Refusal] = [
      Refusal(title: "no file", saying: ["deck.yaml: there is no such file"]),
      Refusal(title: "no name", arguments: ["evolve", ""], saying: ["no such file"]),
      Refusal(title: "a folder", arguments: ["evolve", "/"], saying: ["/: is a directory"]),
      Refusal(
        title: "without end",
        arguments: ["evolve", "/dev/zero"],
        saying: ["is longer than"]
      ),
      .deck("empty", bytes: [], "deck.yaml: "),
      .deck("blank", bytes: Array(" \n\n# nothing\n".utf8), "deck.yaml: "),
      .deck("all bytes", bytes: binary[0], "deck.yaml:1: "),
      .deck("random bytes", bytes: binary[1], "deck.yaml"),
      .deck("UTF-16", bytes: [0xFF, 0xFE, 0x6C, 0, 0x61, 0], "deck.yaml"),
      .deck(
        "not YAML",
        bytes: Array("lattice: {model\nbaths: ]\n".utf8),
        "deck.yaml:2: is not YAML"
      ),
      .deck("prose", bytes: Array("The chain has 100 modes.\n".utf8), "deck.yaml", "a mapping"),
      .deck("a list", bytes: Array("- lattice\n- baths\n".utf8), "deck.yaml", "a mapping"),
      .deck("runaway aliases", bytes: Array(laughs.utf8), "deck.yaml:2: ", "aliases"),
      .deck(
        "deep nesting",
        bytes: Array((String(repeating: "[", count: 100_000) + "\n").utf8),
        "deck.yaml:1: ",
        "nested too deeply"
      ),
      .deck(
        "deep, closed nesting",
        bytes: Array(
          ("lattice: " + String(repeating: "[", count: 500) + String(repeating: "]", count: 500))
            .utf8
        ),
        "deck.yaml:1: ",
        "nested too deeply"
      ),
      .deck(
        "  drive: 0.5",
        "  drive: 0.5\n  drive: 0.6",
        at: "7: baths.drive",
        "is given twice"
      ),
    ]

    @Test("They are refused in one line", arguments: [nil, 3] as [Int?])
    func refused(ranks: Int?) async throws {
      try await Refusal.expect(BadText.refusals, ranks: ranks)
    }

    @Test(
      "A deck that may not be read is refused in one line",
      .enabled(if: geteuid() != 0, "the superuser may read everything")
    )
    func unreadable() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        let path = folder.url.appending(path: "deck.yaml").path
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        let outcome = try await Tgge.run(["evolve", "deck.yaml"], ranks: 3, in: folder)
        #expect(outcome.status == 64)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.contains("deck.yaml: cannot be opened for reading"))
      }
    }
  }
}
