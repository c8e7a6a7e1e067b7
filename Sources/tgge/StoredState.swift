import Communication
import Foundation
import Lattice
import MPICommunication
import Records

/// λ of the owned modes from a file of results, for `initial: {file: run.h5}`, `{file: run.h5, time: 20}` and
/// `{file: sweep.h5, point: 3}`.
struct StoredState {
  private let deck: Deck
  private let path: String
  private let row: Deck.Initial.Row?
  private let grid: MomentumGrid
  private let partition: Partition

  /// What is to be read.
  ///
  /// - Parameters:
  ///   - path: The file, as the deck has it.
  ///   - row: The output or point; `nil` for the last output, or for the steady state.
  ///   - deck: The deck, for errors with the line of a key.
  ///   - grid: The momenta of the run.
  ///   - partition: Who owns which modes.
  init(
    _ path: String,
    at row: Deck.Initial.Row?,
    _ deck: Deck,
    _ grid: MomentumGrid,
    _ partition: Partition
  ) {
    self.path = path
    self.row = row
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
      let place = try place(in: results)
      try requireModes(of: place, in: results, on: communicator)
      let lambda = try results.numbers(of: place.name, row: place.row, owned: partition.owned)
      try communicator.agree {
        guard lambda.allSatisfy(\.isFinite) else { throw flaw("λ is not finite at some modes") }
      }
      return lambda
    } catch let error as RecordError {
      throw deck.error(at: "initial.file", error.description)
    }
  }

  /// The dataset and the row of the state.
  private struct Place {
    let name: String
    let row: Int
    /// M of the point, if it is one of a sweep, whose lattices may differ.
    var modes: Int?
  }

  /// Finds the state.
  ///
  /// Collective.
  private func place(in results: borrowing StoredResults<MPICommunicator>) throws -> Place {
    let command = try results.command()
    switch (command, row) {
    case ("steady", nil): return Place(name: "steady/lambda", row: 0)
    case ("steady", .time):
      throw deck.error(at: "initial.time", "\(path) has a steady state, and no times")
    case ("evolve", .point), ("steady", .point):
      throw deck.error(at: "initial.point", "\(path) is of \(command), and has no points")
    case ("evolve", _): return Place(name: "outputs/lambda", row: try output(in: results))
    case ("sweep", .point(let point)): return try self.point(point, in: results)
    case ("sweep", _):
      throw deck.error(
        at: row == nil ? "initial.file" : "initial.time",
        "\(path) is of sweep; point says which of its states it is, from 0 on"
      )
    default:
      throw flaw("was written by \(command); allowed are files of evolve, steady and sweep")
    }
  }

  /// The output at the time, or the last one.
  private func output(in results: borrowing StoredResults<MPICommunicator>) throws -> Int {
    let times = try results.numbers(of: "outputs/time")
    guard !times.isEmpty else { throw flaw("there are no outputs") }
    guard case .time(let time) = row else { return times.count - 1 }
    guard let output = times.firstIndex(where: { abs($0 - time) <= 1e-9 * max(1, time) }) else {
      throw deck.error(at: "initial.time", "\(path) has no output at \(time); \(listed(times))")
    }
    return output
  }

  /// A point that has a state.
  private func point(
    _ point: Int,
    in results: borrowing StoredResults<MPICommunicator>
  ) throws -> Place {
    let status = try results.numbers(of: "sweep/status")
    let modes = try results.numbers(of: "sweep/modes")
    guard point < status.count, status.count == modes.count else {
      let last = max(0, status.count - 1)
      throw deck.error(
        at: "initial.point",
        "\(path) has no point \(point); its last one is \(last)"
      )
    }
    guard status[point] == 0 else {
      throw deck.error(at: "initial.point", "\(path) has no state at point \(point), which failed")
    }
    return Place(name: "sweep/lambda", row: point, modes: Int(exactly: modes[point]))
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
    of place: Place,
    in results: borrowing StoredResults<MPICommunicator>,
    on communicator: MPICommunicator
  ) throws {
    guard let shape = try results.shape(of: "modes/momentum"),
      shape.count == 2 || shape.count == 3 && place.modes != nil
    else { throw flaw("there are no momenta") }
    // Points of several lattices have rows of momenta.
    let row = shape.count == 3 ? place.row : nil
    let (modes, directions) = (place.modes ?? shape[0], shape[shape.count - 1])
    guard directions == grid.dimension else {
      throw flaw("momenta have \(directions) directions; lattice.modes has \(grid.dimension)")
    }
    guard modes == partition.modes else {
      let wanted = "\(grid.count) momenta with \(partition.bands) bands"
      throw flaw("there are \(modes) modes; needed are \(partition.modes), \(wanted)")
    }
    let momenta = try results.numbers(of: "modes/momentum", row: row, owned: partition.owned)
    let bands = try results.numbers(of: "modes/band", row: row, owned: partition.owned)
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
