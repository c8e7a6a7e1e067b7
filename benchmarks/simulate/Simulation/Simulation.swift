import CMPI
import Communication
import Foundation
import MPICommunication

/// One simulated measurement: a work on some modes, and where the time between messages comes from.
struct Simulation {
  /// What is timed.
  enum Work: String {
    /// One evaluation of the direct forces.
    case direct
    /// The same where the ranks of a node share memory.
    case shared
    /// One evaluation of λ̇ from moments.
    case separable
    /// An evolution to t = 1 with moments, from its initial state on.
    case evolve
    /// A steady state with moments, tables included.
    case steady
  }

  /// Where the time between messages comes from.
  enum Computation {
    /// The engines themselves run, and SimGrid measures the processor time they take.
    case measured
    /// Only the messages are sent; in between passes the time that the first of as many real ranks
    /// would take for its share, which was measured before.
    case injected(seconds: Double)
  }

  static let usage =
    "usage: direct|shared|separable|evolve|steady MODES ROUNDS [SECONDS], where SECONDS is the time of the "
    + "first rank's work to inject into the first three instead of running it"

  let work: Work
  let modes: Int
  let rounds: Int
  let computation: Computation

  /// Parses the words of the command line; `nil` if they make no sense.
  init?(_ words: [String]) {
    guard (3...4).contains(words.count), let work = Work(rawValue: words[0]),
      let modes = Int(words[1]), let rounds = Int(words[2]), modes >= 8, rounds >= 1
    else { return nil }
    self.work = work
    self.modes = modes
    self.rounds = rounds
    if words.count == 3 {
      computation = .measured
    } else {
      guard let seconds = Double(words[3]), seconds >= 0,
        [.direct, .shared, .separable].contains(work)
      else { return nil }
      computation = .injected(seconds: seconds)
    }
  }

  /// The simulated time of one round, in seconds, the shortest of the rounds.
  ///
  /// Collective.
  func seconds(over communicator: MPICommunicator) throws -> Double {
    switch computation {
    case .measured: try engineSeconds(over: communicator)
    case .injected(let local): try messageSeconds(local: local, over: communicator)
    }
  }

  /// A line of JSON; `kind` keeps it apart from what a real machine has measured.
  func row(seconds: Double, ranks: Int) -> String {
    let source = if case .measured = computation { "measured" } else { "injected" }
    return """
      {"kind":"simulated","engine":"\(work)","modes":\(modes),"ranks":\(ranks),\
      "computation":"\(source)","seconds":\(seconds)}
      """
  }

  /// The shortest simulated time of `rounds` calls, each that of its slowest rank; where the engines run,
  /// after one that is not counted.
  ///
  /// Collective. Simulated messages take the same time in each round; the processor's time is shortest
  /// when nobody else disturbs it.
  func timed(over communicator: MPICommunicator, _ body: () throws -> Void) throws -> Double {
    if case .measured = computation { try body() }
    var shortest = Double.infinity
    for _ in 0..<rounds {
      try communicator.barrier()
      let start = MPI_Wtime()
      try body()
      shortest = min(shortest, try communicator.maximum(MPI_Wtime() - start))
    }
    return shortest
  }
}
