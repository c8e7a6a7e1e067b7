import Communication
import Foundation
import Lattice
import MPICommunication
import Records

/// λ of the owned modes from a file of results, for `initial: {file: run.h5}`.
struct StoredState {
  private let deck: Deck
  private let path: String
  private let time: Double?
  private let grid: MomentumGrid
  private let partition: Partition

  /// What is to be read.
  ///
  /// - Parameters:
  ///   - path: The file, as the deck has it.
  ///   - time: The output; `nil` for the last one, or for the steady state.
  ///   - deck: The deck, for errors with the line of a key.
  ///   - grid: The momenta of the run.
  ///   - partition: Who owns which modes.
  init(_ path: String, at time: Double?, _ deck: Deck, _ grid: MomentumGrid, _ partition: Partition)
  {
    self.path = path
    self.time = time
    self.deck = deck
    self.grid = grid
    self.partition = partition
  }

  /// Reads λ, each rank its own modes.
  ///
  /// Collective. Momenta are compared to 10⁻⁶ of their spacing, and bands.
  ///
  /// - Returns: λ of the owned modes.
  /// - Throws: `DeckError` or `RemoteFailure` if the file does not fit.
  func read(on communicator: MPICommunicator) throws -> [Double] {
    do {
      let results = try StoredResults(
        reading: path,
        over: communicator,
        handle: communicator.portableHandle
      )
      let (name, row) = try place(in: results)
      try requireModes(of: results, on: communicator)
      let lambda = try results.numbers(of: name, row: row, owned: partition.owned)
      try communicator.agree {
        guard lambda.allSatisfy(\.isFinite) else { throw flaw("λ is not finite at some modes") }
      }
      return lambda
    } catch let error as RecordError {
      throw deck.error(at: "initial.file", error.description)
    }
  }

  /// The dataset and the row of the state.
  ///
  /// Collective.
  private func place(
    in results: borrowing StoredResults<MPICommunicator>
  ) throws -> (name: String, row: Int) {
    let command = try results.command()
    switch command {
    case "steady":
      guard time == nil else {
        throw deck.error(at: "initial.time", "\(path) has a steady state, and no times")
      }
      return ("steady/lambda", 0)
    case "evolve":
      let times = try results.numbers(of: "outputs/time")
      guard !times.isEmpty else { throw flaw("there are no outputs") }
      guard let time else { return ("outputs/lambda", times.count - 1) }
      guard let row = times.firstIndex(where: { abs($0 - time) <= 1e-9 * max(1, time) }) else {
        throw deck.error(at: "initial.time", "\(path) has no output at \(time); \(listed(times))")
      }
      return ("outputs/lambda", row)
    default:
      throw flaw("was written by \(command); allowed are files of evolve and steady")
    }
  }

  private func listed(_ times: [Double]) -> String {
    let first = times.prefix(8).map(\.description).joined(separator: ", ")
    guard times.count > 8, let last = times.last else { return "outputs are at \(first)" }
    return "outputs are at \(first), …, \(last)"
  }

  /// Refuses a file of other modes.
  ///
  /// Collective.
  private func requireModes(
    of results: borrowing StoredResults<MPICommunicator>,
    on communicator: MPICommunicator
  ) throws {
    guard let shape = try results.shape(of: "modes/momentum"), shape.count == 2 else {
      throw flaw("there are no momenta")
    }
    guard shape[1] == grid.dimension else {
      throw flaw("momenta have \(shape[1]) directions; lattice.modes has \(grid.dimension)")
    }
    guard shape[0] == partition.modes else {
      let wanted = "\(grid.count) momenta with \(partition.bands) bands"
      throw flaw("there are \(shape[0]) modes; needed are \(partition.modes), \(wanted)")
    }
    let momenta = try results.numbers(of: "modes/momentum", owned: partition.owned)
    let bands = try results.numbers(of: "modes/band", owned: partition.owned)
    try communicator.agree {
      for (index, mode) in partition.owned.enumerated() {
        let momentum = Array(momenta[index * grid.dimension..<(index + 1) * grid.dimension])
        guard Int(bands[index]) == mode % partition.bands else {
          throw flaw("it has not \(partition.bands) bands at each momentum")
        }
        guard grid.index(ofMomentum: momentum) == mode / partition.bands else {
          throw flaw("its momenta are not those of lattice.modes and lattice.twist")
        }
      }
    }
  }

  private func flaw(_ message: String) -> DeckError {
    deck.error(at: "initial.file", "\(path): \(message)")
  }
}
