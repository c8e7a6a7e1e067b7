import Foundation
import Testing

/// What `tgge evolve --json` wrote.
struct Report: Decodable {
  struct Entry: Decodable, Equatable {
    let momentum: Double
    let band: Int
    let value: Double
  }

  struct Output: Decodable {
    let time: Double
    let lambda: [Entry]
    let current: Double
    let filling: Double
  }

  let command: String
  let modes: [Int]
  let totalModes: Int
  let bands: Int
  let ranks: Int
  let forces: String
  let time: Double
  let filling: Double
  let fillingDrift: Double
  let current: Double
  let currents: [String: Double]
  let lambda: [Entry]
  let digest: String
  let steps: Int
  let rejectedSteps: Int
  let forceEvaluations: Int
  let wallSeconds: Double
  let outputs: [Output]

  /// Reads standard output, all of which must be one JSON object.
  init(_ outcome: Job.Outcome) throws {
    #expect(outcome.status == 0, "\(outcome)")
    self = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
  }

  /// Runs `tgge evolve` with `--json --quiet` and reads what it writes.
  ///
  /// - Parameters:
  ///   - arguments: The deck and more options.
  ///   - ranks: How many ranks; nil starts the program without mpirun.
  ///   - folder: Where the program works.
  /// - Returns: What it writes.
  /// - Throws: If it cannot be started or does not write a report.
  static func evolve(
    _ arguments: [String],
    ranks: Int? = nil,
    in folder: Scratch? = nil
  ) async throws -> Report {
    let words = ["evolve"] + arguments + ["--json", "--quiet"]
    let outcome = try await Tgge.run(words, ranks: ranks, in: folder)
    #expect(outcome.errors.isEmpty, "\(outcome)")
    return try Report(outcome)
  }
}
