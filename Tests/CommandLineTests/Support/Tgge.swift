import Foundation
import Testing

/// The program as its users start it.
enum Tgge {
  /// The program that was built with these tests, or the one that TGGE_BINARY names.
  static let binary: String = {
    if let path = ProcessInfo.processInfo.environment["TGGE_BINARY"] { return path }
    let bundle = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = bundle ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: path).deletingLastPathComponent().appending(path: "tgge").path
  }()

  /// The folder launch/inputs of the package.
  static let inputs = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../launch/inputs").standardized.path

  /// Runs the program to its end.
  ///
  /// A run that takes longer than `timeout` is ended and fails the test.
  ///
  /// - Parameters:
  ///   - arguments: Those of the program.
  ///   - ranks: How many ranks mpirun starts; nil starts the program without it.
  ///   - launcher: Whose mpirun.
  ///   - folder: Where the program works.
  ///   - timeout: In seconds.
  /// - Returns: What came of it.
  /// - Throws: If it cannot be started.
  static func run(
    _ arguments: [String],
    ranks: Int? = nil,
    launcher: Launcher = .own,
    in folder: Scratch? = nil,
    timeout: Double = 30
  ) async throws -> Job.Outcome {
    let job = try start(arguments, ranks: ranks, launcher: launcher, in: folder)
    let outcome = try await job.finish(timeout: timeout)
    if outcome.timedOut {
      Issue.record("no end after \(timeout) s: tgge \(arguments) on \(ranks ?? 1) ranks")
    }
    return outcome
  }

  /// Starts the program, for what is to happen while it runs.
  static func start(
    _ arguments: [String],
    ranks: Int? = nil,
    launcher: Launcher = .own,
    in folder: Scratch? = nil
  ) throws -> Job {
    let words = ranks.map { launcher.words(ranks: $0) } ?? []
    return try Job(words + [binary] + arguments, in: folder)
  }

  /// Does something with each item, a few at a time: runs wait for their launchers, not for the cores.
  static func forEach<Item: Sendable>(
    _ items: [Item],
    _ body: @escaping @Sendable (Item) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, item) in items.enumerated() {
        if index >= 5 { try await group.next() }
        group.addTask { try await body(item) }
      }
      try await group.waitForAll()
    }
  }
}
