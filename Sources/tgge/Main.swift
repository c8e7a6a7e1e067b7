import ArgumentParser
@preconcurrency import Foundation
import MPICommunication

/// Entry point: MPI first, then the command line, on every rank alike.
@main
enum Main {
  static func main() {
    let status = MPISession.run { communicator in
      try Program.run(Array(CommandLine.arguments.dropFirst()), on: communicator)
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
    ]
  )

  /// Parses and runs a command line.
  ///
  /// Collective. Errors that all ranks share are printed by the first rank.
  ///
  /// - Returns: The exit status.
  /// - Throws: `CommunicationError`: the session aborts all ranks.
  static func run(
    _ arguments: [String],
    on communicator: MPICommunicator
  ) throws -> Int32 {
    do {
      var command = try parseAsRoot(arguments)
      // Commands that only have sub-commands, and `help`, end by throwing the text.
      guard let ranked = command as? any RankedCommand else {
        try command.run()
        return ExitStatus.done
      }
      try ranked.run(on: communicator)
      try communicator.agree {
        // `print` reports no errors, and some MPI libraries make the stream unbuffered.
        guard communicator.rank == 0, fflush(stdout) != 0 || ferror(stdout) != 0 else { return }
        throw UsageError("standard output could not be written to its end; is the disk full?")
      }
      return ExitStatus.done
    } catch {
      return try Failure.report(error, on: communicator)
    }
  }
}

/// A command that all ranks run together.
protocol RankedCommand: ParsableCommand {
  /// Runs the command. Collective.
  func run(on communicator: MPICommunicator) throws
}

/// The version of the program.
enum Version {
  static let number = "0.1.0"
}
