internal import CMPI
public import Communication

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The time between MPI_Init and MPI_Finalize, of which a process has one.
public enum MPISession {
  /// The exit status if the program was started in a way that cannot work.
  public static let usageStatus: Int32 = 64

  /// The exit status if MPI fails or an error escapes.
  public static let failureStatus: Int32 = 70

  /// Whether this process is the first of those that a launcher started, or the only one.
  ///
  /// Found out from the environment, without MPI, for what is to be done once and needs no ranks.
  public static var isFirstProcess: Bool { LaunchEnvironment().isFirst }

  /// Runs a program from the initialisation of MPI to its end.
  ///
  /// Collective over all ranks. If MPI cannot be initialised, or the launcher is foreign, the process
  /// prints why and exits. If `body` throws, the rank prints one line and aborts all ranks, since the
  /// others may be waiting for it: what all ranks agree to have gone wrong, `body` handles itself.
  ///
  /// - Parameters:
  ///   - threads: How threads will use MPI.
  ///   - body: The program, given the group of all ranks, which must not escape.
  /// - Returns: What `body` returns, after MPI has been finalised.
  public static func run<Result>(
    threads: ThreadLevel = .funneled,
    _ body: (MPICommunicator) throws -> Result
  ) -> Result {
    let world: MPICommunicator
    do {
      world = try initialise(threads: threads)
    } catch let error as ForeignLauncher {
      if error.isFirst { complain("tgge: \(error)") }
      exit(usageStatus)
    } catch {
      abort(error, rank: nil)
    }
    do {
      let result = try body(world)
      try finalise()
      return result
    } catch {
      abort(error, rank: world.rank)
    }
  }

  /// Initialises MPI and returns the group of all ranks, whose errors are return codes from then on.
  ///
  /// Collective over all ranks. `run` does it for a program; tests do it themselves.
  ///
  /// - Parameter threads: How threads will use MPI; more permissive is fine.
  /// - Returns: The group of all ranks.
  /// - Throws: `ForeignLauncher` if the processes do not know of each other, with MPI not initialised or finalised;
  ///   `CommunicationError` if MPI fails or cannot do with threads what was asked for.
  public static func initialise(
    threads: ThreadLevel = .funneled
  ) throws -> MPICommunicator {
    let environment = LaunchEnvironment()
    let family = LaunchEnvironment.Family(rawValue: tgge_mpi_family()) ?? .other
    let library = MPILibrary.builtWith
    if environment.isForeignToAll(of: family),
      let foreign = environment.foreignLauncher(family: family, library: library)
    {
      throw foreign
    }

    var code: Int32 = 0
    try check(MPI_Init_thread(nil, nil, threads.code, &code), "MPI_Init_thread", rank: 0)
    // Errors of no communicator go to that of the process itself, or to the world's before MPI 4.
    let errors = MPI_Comm_set_errhandler(tgge_mpi_comm_self(), tgge_mpi_errors_return())
    try check(errors, "MPI_Comm_set_errhandler", rank: 0)
    let world = try MPICommunicator(handle: tgge_mpi_comm_world(), yieldsWhileWaiting: false)
    let provided = ThreadLevel(code: code)
    guard provided >= threads else {
      throw CommunicationError(
        call: "MPI_Init_thread",
        rank: world.rank,
        reason: "the library provides \(provided), \(threads) is needed"
      )
    }

    if world.size == 1,
      let foreign = environment.foreignLauncher(family: family, library: library)
    {
      try finalise()
      throw foreign
    }
    return world.limited(yieldsWhileWaiting: try ranksOutnumberCores(on: world))
  }

  /// Ends MPI.
  ///
  /// Collective over all ranks; not for error paths.
  public static func finalise() throws(CommunicationError) {
    try check(MPI_Finalize(), "MPI_Finalize", rank: 0)
  }

  /// Prints one line with rank and cause, and ends all ranks at once.
  ///
  /// Not collective. The exit status is `failureStatus`, or what mpirun makes of it.
  public static func abort(_ error: any Error, rank: Int?) -> Never {
    let place = rank.map { "rank \($0): " } ?? ""
    complain("tgge: \(place)\(error)")
    fflush(nil)
    var initialised: Int32 = 0
    var finalised: Int32 = 0
    if MPI_Initialized(&initialised) == tgge_mpi_success(), initialised != 0,
      MPI_Finalized(&finalised) == tgge_mpi_success(), finalised == 0
    {
      _ = MPI_Abort(tgge_mpi_comm_world(), failureStatus)
    }
    _exit(failureStatus)
  }

  /// Writes one line to standard error in one piece, so that the lines of ranks do not mix.
  private static func complain(_ message: String) {
    var line = message.split(whereSeparator: \.isNewline).joined(separator: " ") + "\n"
    line.withUTF8 { bytes in _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
  }
}
