import ArgumentParser
import CProcessor
import CSignals
import Communication
@preconcurrency import Foundation
import MPICommunication

/// Entry point: what needs ranks begins with MPI, on every rank alike; what does not, never sees it.
@main
enum Main {
  static func main() {
    tgge_processor_keep_freed_memory()
    tgge_signals_keep_errors_of_files()
    let command = Result {
      try Program.parseAsRoot(Array(CommandLine.arguments.dropFirst()))
    }
    if let status = Program.runAlone(command) { exit(status) }
    let status = MPISession.run { communicator in
      try Program.run(command, on: communicator)
    }
    exit(status)
  }
}

/// The root command.
struct Program: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tgge",
    abstract: "Nonequilibrium steady states of open lattice fermions in time-dependent GGEs.",
    discussion: """
      Evolves the Lagrange parameters of a generalized Gibbs ensemble, one for each momentum mode, \
      that is weakly driven by several baths. Valid for a coupling ε → 0 and times t ≳ 1/ε. Start it \
      with mpirun or srun; more ranks share the modes.
      """,
    version: Version.number,
    subcommands: [
      EvolveCommand.self, SteadyCommand.self, SweepCommand.self, ExtrapolateCommand.self,
      SpectrumCommand.self, BandsCommand.self, DoctorCommand.self, BenchmarkCommand.self,
      PlotCommand.self,
    ]
  )

  /// Runs what needs no ranks: pictures, help, the version.
  ///
  /// Started several times by mpirun or srun, the first process does it and the others do nothing.
  ///
  /// - Returns: The exit status; nil if the command needs ranks, or the command line is wrong, which
  ///   all ranks must agree on before one of them ends.
  static func runAlone(_ command: Result<any ParsableCommand, any Error>) -> Int32? {
    switch command {
    case .success(let command) where command is any RankedCommand: return nil
    case .failure(let error) where exitCode(for: error).rawValue != 0: return nil
    default: break
    }
    guard MPISession.isFirstProcess else { return ExitStatus.done }
    let alone = SerialCommunicator()
    do {
      do {
        var command = try command.get()
        // Commands that only have sub-commands, and `help`, end by throwing the text.
        try command.run()
      } catch {
        let status = try Failure.report(error, on: alone)
        guard status == ExitStatus.done else { return status }
      }
      try requireWritten(on: alone)
      return ExitStatus.done
    } catch {
      return (try? Failure.report(error, on: alone)) ?? ExitStatus.usage
    }
  }

  /// Runs a command.
  ///
  /// Collective. Errors that all ranks share are printed by the first rank.
  ///
  /// - Returns: The exit status.
  /// - Throws: `CommunicationError`: the session aborts all ranks.
  static func run(
    _ command: Result<any ParsableCommand, any Error>,
    on communicator: MPICommunicator
  ) throws -> Int32 {
    let ranked = (try? command.get()) as? any RankedCommand
    guard ranked?.sharesMemory == true else { return try outcome(of: command, on: communicator) }
    return try communicator.sharingMemory { try outcome(of: command, on: $0) }
  }

  /// Runs a command, and turns errors that all ranks share into a status.
  ///
  /// Collective.
  private static func outcome(
    of command: Result<any ParsableCommand, any Error>,
    on communicator: MPICommunicator
  ) throws -> Int32 {
    do {
      let command = try command.get()
      guard let ranked = command as? any RankedCommand else { return ExitStatus.done }
      try ranked.run(on: communicator)
      try requireWritten(on: communicator)
      return ExitStatus.done
    } catch {
      return try Failure.report(error, on: communicator)
    }
  }

  /// Fails where not all of standard output could be written.
  ///
  /// Collective. `print` reports no errors, and some MPI libraries make the stream unbuffered.
  private static func requireWritten(on communicator: some Communicator) throws {
    try communicator.agree {
      guard communicator.rank == 0, fflush(stdout) != 0 || ferror(stdout) != 0 else { return }
      throw UsageError("standard output could not be written to its end; is the disk full?")
    }
  }
}

/// A command that all ranks run together.
protocol RankedCommand: ParsableCommand {
  /// Whether ranks of a host are to share memory.
  var sharesMemory: Bool { get }

  /// Runs the command. Collective.
  func run(on communicator: MPICommunicator) throws
}

extension RankedCommand {
  /// They have what they need for themselves.
  var sharesMemory: Bool { false }
}

/// The version of the program.
enum Version {
  static let number = "0.1.0"
}
