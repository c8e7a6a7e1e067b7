import ArgumentParser
import Communication
import Kinetics
import Studies

/// What the program ends with.
enum ExitStatus {
  /// The computation is done.
  static let done: Int32 = 0
  /// The command line or the deck is wrong.
  static let usage: Int32 = 64
  /// The computation did not converge, or its numerics failed.
  static let numerics: Int32 = 70
  /// The run was stopped with its state saved; the same command goes on.
  static let stopped: Int32 = 75
}

/// Something the user must change, in one line.
struct UsageError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// How an error that all ranks share ends the program.
enum Failure {
  /// Prints the message on the first rank.
  ///
  /// - Returns: The exit status, the same on all ranks.
  /// - Throws: The error itself if it concerns the communication: then the ranks must be aborted.
  static func report(
    _ error: any Error,
    on communicator: some Communicator
  ) throws -> Int32 {
    if error is CommunicationError { throw error }
    if error is NumericalError || error is StudyFailure {
      write("tgge: \(error)", on: communicator)
      return ExitStatus.numerics
    }
    if let error = error as? Interruption {
      write("tgge: \(error)", on: communicator)
      return ExitStatus.stopped
    }
    // Decks, models, tables, files, and what another rank said of them.
    guard isOfArguments(error) else {
      write("tgge: \(error)", on: communicator)
      return ExitStatus.usage
    }
    let message = Program.fullMessage(for: error)
    guard Program.exitCode(for: error).rawValue != 0 else {
      if communicator.rank == 0 { print(message) }
      return ExitStatus.done
    }
    // Of the usage that follows the message, the last line says how to see it.
    let hint = message.split(separator: "\n").last?.drop { $0 == " " } ?? ""
    let words = Program.message(for: error).split(whereSeparator: \.isNewline)
    write("tgge: " + words.joined(separator: " ") + " (\(hint))", on: communicator)
    return ExitStatus.usage
  }

  /// Whether an error comes from the argument parser, which has its own way to print it.
  private static func isOfArguments(_ error: any Error) -> Bool {
    let type = String(reflecting: type(of: error))
    return type.hasPrefix("ArgumentParser.")
  }

  /// Writes a line to standard error, from the first rank.
  static func write(_ message: String, on communicator: some Communicator) {
    guard communicator.rank == 0 else { return }
    StandardError.write(message + "\n")
  }
}
