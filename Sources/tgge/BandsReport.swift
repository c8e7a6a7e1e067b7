import Records

/// The keys of the JSON of `tgge bands` beside `states` and `wallSeconds`.
struct BandsReport: JSONReport {
  let command = "bands"
  let modes: [Int]
  let totalModes: Int
  let bands: Int
  let ranks: Int
  let orbitals: [String]

  init(_ table: BandsTable, _ deck: Deck, ranks: Int) {
    modes = deck.lattice.modes
    totalModes = table.grid.count * table.hamiltonian.orbitals.count
    bands = table.hamiltonian.orbitals.count
    self.ranks = ranks
    orbitals = table.hamiltonian.orbitals
  }
}
