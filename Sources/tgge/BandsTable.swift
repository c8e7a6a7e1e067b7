import Foundation
import Lattice
import Numerics
import Records

/// The bands of a lattice, row by row, tabulated a thousand momenta at a time.
struct BandsTable {
  let hamiltonian: BlochHamiltonian
  let grid: MomentumGrid

  /// One mode.
  struct Row: Encodable {
    /// In units of π.
    let momentum: Components
    let band: Int
    /// ε_ν(k).
    let energy: Double
    /// ∂ε_ν/∂k.
    let velocity: Components
    /// |u_aν(k)|² by the name of the orbital.
    let weights: [String: Double]

    /// The numbers in the order of the columns.
    fileprivate let numbers: [Double]

    private enum CodingKeys: CodingKey { case momentum, band, energy, velocity, weights }
  }

  /// Computes all bands once, so that nothing is written of those that cannot be.
  ///
  /// - Throws: `ModelError` if bands are degenerate at a momentum.
  func check() throws { try forEachBlock { (_: BandStructure) in } }

  /// Calls `body` with the rows of one block of momenta after the other.
  private func forEachBlock(_ body: ([Row]) throws -> Void) throws {
    try forEachBlock { (bands: BandStructure) in try body(rows(of: bands)) }
  }

  private func forEachBlock(_ body: (BandStructure) throws -> Void) throws {
    for start in stride(from: 0, to: grid.count, by: 1024) {
      let block = start..<min(start + 1024, grid.count)
      try body(BandStructure(of: hamiltonian, on: grid, momenta: block))
    }
  }

  private func rows(of bands: BandStructure) -> [Row] {
    let orbitals = bands.bands
    let eigenvectors = bands.eigenvectors
    // Σ_a over the velocities that the orbitals contribute
    let velocities = (0..<grid.dimension).map { direction in
      (0..<orbitals).reduce([Double](repeating: 0, count: bands.energies.count)) { sum, orbital in
        zip(sum, bands.velocity(ofOrbital: orbital, direction: direction)).map { $0 + $1 }
      }
    }
    return bands.energies.indices.map { mode in
      let momentum = grid.momentum(at: bands.momenta.lowerBound + mode / orbitals)
      let velocity = velocities.map { $0[mode] }
      let weights = eigenvectors[mode * orbitals..<(mode + 1) * orbitals].map(\.lengthSquared)
      return Row(
        momentum: Components(momentum),
        band: mode % orbitals,
        energy: bands.energies[mode],
        velocity: Components(velocity),
        weights: Dictionary(uniqueKeysWithValues: zip(bands.orbitals, weights)),
        numbers: momentum + [Double(mode % orbitals), bands.energies[mode]] + velocity + weights
      )
    }
  }

  /// The names of the columns.
  private var columns: [String] {
    let directions = grid.dimension
    return ColumnTable.names("momentum", directions) + ["band", "energy"]
      + ColumnTable.names("velocity", directions)
      + hamiltonian.orbitals.map { "weight_\($0)" }
  }

  /// Writes CSV, numbers as the shortest decimals that read back as the same bits.
  ///
  /// - Throws: `UsageError` if writing fails, `ModelError` if bands are degenerate.
  func writeFile(_ path: String, comment: String) throws {
    var file = PartialFile(for: path)
    let heading = comment.split(whereSeparator: \.isNewline).joined(separator: " ")
    file.append(Array("# \(heading): bands; momentum in units of π, band 0 is the highest\n".utf8))
    file.append(Array((columns.joined(separator: ",") + "\n").utf8))
    do {
      try forEachBlock { rows in
        let text = rows.map { cells($0) { $0.description }.joined(separator: ",") + "\n" }.joined()
        file.append(Array(text.utf8))
      }
    } catch {
      file.discard()
      throw error
    }
    try file.finish()
  }

  /// Writes a table for people to standard output.
  ///
  /// - Throws: `ModelError` if bands are degenerate.
  func printTable() throws {
    let width = max(17, columns.reduce(0) { max($0, $1.count) })
    func line(_ cells: [String]) -> String {
      cells.map { String(repeating: " ", count: max(0, width - $0.count)) + $0 }.joined(
        separator: " "
      )
    }
    print(line(columns))
    try forEachBlock { rows in
      for row in rows { print(line(cells(row, digits))) }
    }
  }

  private func cells(_ row: Row, _ format: (Double) -> String) -> [String] {
    row.numbers.enumerated().map { $0 == grid.dimension ? String(Int($1)) : format($1) }
  }

  /// Writes one JSON object to standard output, block by block.
  ///
  /// - Parameters:
  ///   - head: The keys but for the rows and the time.
  ///   - wallSeconds: The time, asked for at the end.
  /// - Throws: `ModelError` if bands are degenerate.
  func printJSON(_ head: BandsReport, wallSeconds: () -> Double) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    func text(_ value: some Encodable) throws -> String {
      String(decoding: try encoder.encode(value), as: UTF8.self)
    }
    print(try text(head).dropLast() + ",\"states\":[", terminator: "")
    var separator = "\n"
    try forEachBlock { rows in
      for row in rows {
        print(separator + (try text(row)), terminator: "")
        separator = ",\n"
      }
    }
    print("\n],\"wallSeconds\":\(wallSeconds())}")
  }
}
