import Foundation
import Testing

/// A run that must be refused: what is wrong, and what the one line of its message says.
struct Refusal: Sendable {
  let title: String
  /// Files to be there, by their names.
  var files: [String: [UInt8]] = [:]
  /// The command line.
  var arguments = ["evolve", "deck.yaml"]
  /// Pieces of the message.
  let saying: [String]
  var status: Int32 = 64

  /// A deck of these bytes.
  static func deck(_ title: String, bytes: [UInt8], _ saying: String...) -> Refusal {
    Refusal(title: title, files: ["deck.yaml": bytes], saying: saying)
  }

  /// A deck made bad by replacing one piece of text in a good one.
  ///
  /// - Parameters:
  ///   - old: The piece, of which the first one counts.
  ///   - new: What stands in its place.
  ///   - deck: The good deck.
  ///   - place: Line and key that the message must name, as in `6: baths.drive`.
  ///   - saying: More that the message must say.
  /// - Returns: The run that must be refused.
  static func deck(
    _ old: String,
    _ new: String,
    in deck: String = Sample.chain,
    at place: String,
    _ saying: String...
  ) -> Refusal {
    guard deck.contains(old) else { return Refusal(title: "no \(old) in the deck", saying: ["?"]) }
    let text = deck.replacing(old, with: new, maxReplacements: 1)
    return Refusal(
      title: "\(old) → \(new)",
      files: ["deck.yaml": Array(text.utf8)],
      saying: ["deck.yaml:\(place): "] + saying
    )
  }

  /// A good deck and a command line that is wrong.
  static func options(
    _ options: String...,
    in deck: String = Sample.chain,
    saying: String...
  ) -> Refusal {
    Refusal(
      title: options.joined(separator: " "),
      files: ["deck.yaml": Array(deck.utf8)],
      arguments: ["evolve", "deck.yaml"] + options,
      saying: saying
    )
  }

  /// Runs each on so many ranks, without mpirun if nil, and expects one line on standard error, soon,
  /// and nothing else anywhere.
  static func expect(_ refusals: [Refusal], ranks: Int?) async throws {
    try await Tgge.forEach(refusals) { try await $0.expect(ranks: ranks) }
  }

  private func expect(ranks: Int?) async throws {
    try await withScratch { folder in
      for (name, bytes) in files { try folder.write(name, bytes) }
      let names = folder.names
      let outcome = try await Tgge.run(arguments, ranks: ranks, in: folder)
      let comment = Comment(rawValue: "\(title): \(outcome)")
      #expect(outcome.status == status, comment)
      #expect(outcome.errorLines.count == 1, comment)
      #expect(outcome.errors.hasPrefix("tgge: "), comment)
      for piece in saying { #expect(outcome.errors.contains(piece), "\(piece) in \(comment)") }
      #expect(outcome.output.isEmpty, comment)
      #expect(folder.names == names, comment)
      #expect(outcome.seconds < 20, comment)
    }
  }
}
