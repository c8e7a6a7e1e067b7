import Communication
import Dissipation
import Kinetics
import Lattice
import MPICommunication
import Numerics
import Records

/// Makes the values that the physics works with from a deck.
enum ModelBuilder {
  /// The momenta of a deck.
  static func grid(_ deck: Deck) throws -> MomentumGrid {
    do {
      return try MomentumGrid(extents: deck.lattice.modes, twists: deck.lattice.twist)
    } catch {
      throw deck.error(at: "lattice.modes", error.description)
    }
  }

  /// The lattice with its baths.
  static func model(_ deck: Deck) throws -> OpenLattice {
    let thermal = deck.baths.thermal
    var baths = [
      WeightedBath(
        ThermalBath(
          inverseTemperature: thermal.beta,
          spectrum: thermal.spectrum == .ohmic ? .ohmic : .symmetric
        ),
        weight: 1 - deck.baths.drive,
        slope: -1
      )
    ]
    for (index, bath) in deck.baths.nonequilibrium.enumerated() {
      let key = "baths.nonequilibrium" + (deck.baths.nonequilibrium.count > 1 ? "[\(index)]" : "")
      baths.append(
        WeightedBath(
          try dissipator(bath.bath, deck, key),
          weight: deck.baths.drive * bath.weight,
          slope: bath.weight
        )
      )
    }
    return OpenLattice(
      hamiltonian: try hamiltonian(deck),
      baths: baths,
      coupling: deck.baths.coupling,
      rateUnit: deck.lattice.hopping
    )
  }

  /// The error with the key and the line of the deck that are to blame, where these are known.
  static func located(_ error: any Error, in deck: Deck) -> any Error {
    guard let error = error as? ModelError else { return error }
    switch error.subject {
    case .lattice: return deck.error(at: "lattice", error.description)
    case .temperature: return deck.error(at: "baths.thermal.beta", error.description)
    case .any: return error
    }
  }

  private static func hamiltonian(_ deck: Deck) throws -> BlochHamiltonian {
    let hopping = deck.lattice.hopping
    do {
      switch deck.lattice.model {
      case .tightBinding:
        return try .tightBinding(hopping: hopping, dimension: deck.lattice.dimension)
      case .rashbaZeeman(let alphaY, let alphaZ, let zeeman):
        return try .rashbaZeeman(
          hopping: hopping,
          alphaY: alphaY,
          alphaZ: alphaZ,
          zeeman: zeeman
        )
      case .custom(let orbitals, let hoppings):
        return try BlochHamiltonian(
          dimension: deck.lattice.dimension,
          orbitals: orbitals,
          hoppings: hoppings.map { term in
            Hopping(
              from: term.from,
              to: term.to,
              by: term.by,
              amplitude: Complex(term.amplitude)
            )
          }
        )
      }
    } catch {
      throw deck.error(at: "lattice.model", "\(error)")
    }
  }

  private static func dissipator(
    _ bath: Deck.Bath,
    _ deck: Deck,
    _ key: String
  ) throws -> any Dissipator {
    switch bath {
    case .raman(let delta, let deltaPrime):
      guard deck.lattice.dimension == 1, deck.lattice.orbitals.count == 1 else {
        throw deck.error(
          at: key + ".kind",
          "raman is a bath of a chain with one orbital; write others as kind: jumps"
        )
      }
      let larger = Complex(deltaPrime).length > Complex(delta).length ? ".delta-prime" : ".delta"
      try requireFinite(
        (1 + Complex(delta).length) * (1 + Complex(deltaPrime).length),
        deck,
        key + larger
      )
      return JumpBath(operators: [
        .raman(delta: Complex(delta), deltaPrime: Complex(deltaPrime))
      ])
    case .jumps(let operators):
      for (index, jump) in operators.enumerated() {
        let sum = jump.terms.reduce(0) { $0 + Complex($1.amplitude).length }
        try requireFinite(jump.rate.squareRoot() * sum, deck, key + ".operators[\(index)]")
      }
      return JumpBath(operators: operators.map(JumpOperator.init))
    case .dephasing(let rates):
      return JumpBath.dephasing(rates: rates, dimension: deck.lattice.dimension)
    case .correlatedDephasing(let length, let rates):
      let longest = CorrelatedDephasing.longest(cells: deck.lattice.modes.max() ?? 1)
      guard length <= longest else {
        throw deck.error(
          at: key + ".length",
          "\(length) is out of range; allowed is above 0, and at most \(longest), a hundred times the lattice"
        )
      }
      return CorrelatedDephasing(length: length, rates: rates)
    }
  }

  /// Refuses numbers of a bath, each of them finite, that together make rates infinite.
  ///
  /// - Parameters:
  ///   - amplitude: As large as that of a jump may become; its square is a rate.
  ///   - deck: The deck.
  ///   - key: What is to blame.
  /// - Throws: `DeckError`, alike on all ranks.
  private static func requireFinite(_ amplitude: Double, _ deck: Deck, _ key: String) throws {
    guard (amplitude * amplitude).isFinite else {
      throw deck.error(at: key, "rates exceed double precision; use smaller amplitudes, rates")
    }
  }

  /// The initial state, if it is one that numbers describe.
  static func uniformOrThermal(_ deck: Deck) -> InitialState? {
    switch deck.initial {
    case .filling(let filling): .uniform(filling: filling)
    case .thermal(let beta, let filling): .thermal(inverseTemperature: beta, filling: filling)
    case .file: nil
    }
  }

  /// λ at time 0, of the owned modes where it comes from a file.
  ///
  /// Collective.
  static func initial(
    _ deck: Deck,
    grid: MomentumGrid,
    partition: @autoclosure () -> Partition,
    on communicator: MPICommunicator
  ) throws -> InitialState {
    switch deck.initial {
    case .filling(let filling):
      return .uniform(filling: filling)
    case .thermal(let beta, let filling):
      return .thermal(inverseTemperature: beta, filling: filling)
    case .file(let path, let row) where OutputFormat(of: path) == .hdf5:
      let state = StoredState(path, at: row, deck, grid, partition())
      return .values(try state.read(on: communicator))
    case .file(let path, let row):
      switch row {
      case .time: throw deck.error(at: "initial.time", "\(path) is a table, which has no times")
      case .point: throw deck.error(at: "initial.point", "\(path) is a table, which has no points")
      case nil: break
      }
      // A row has some sixty bytes; a file without end must not fill the memory.
      let partition = partition()
      let limit = (1 << 20) + partition.modes * 32 * (grid.dimension + 2)
      let bytes = try content(of: path, limit: limit, deck, on: communicator)
      let table = try LambdaTable(reading: bytes, fileName: path, dimension: grid.dimension)
      return .values(try values(table, grid, partition))
    }
  }

  /// The bytes of the file of `initial.file`.
  ///
  /// Collective.
  private static func content(
    of path: String,
    limit: Int,
    _ deck: Deck,
    on communicator: MPICommunicator
  ) throws -> [UInt8] {
    do {
      return try SharedFile.read(path, limit: limit, on: communicator)
    } catch let error as UsageError {
      throw deck.error(at: "initial.file", error.description)
    }
  }

  /// λ of the owned modes; every mode of the lattice must be there once.
  ///
  /// - Throws: `LambdaTableError`, alike on all ranks: each looks at all modes.
  private static func values(
    _ table: LambdaTable,
    _ grid: MomentumGrid,
    _ partition: Partition
  ) throws -> [Double] {
    var rows = [Int?](repeating: nil, count: partition.modes)
    for row in 0..<table.count {
      guard let momentum = grid.index(ofMomentum: Array(table.momentum(row: row))) else {
        throw table.error(row: row, "the momentum is not on the grid of lattice.modes")
      }
      guard table.bands[row] < partition.bands else {
        throw table.error(row: row, "the band must be below \(partition.bands)")
      }
      let mode = momentum * partition.bands + table.bands[row]
      guard rows[mode] == nil else { throw table.error(row: row, "the mode is given twice") }
      rows[mode] = row
    }
    guard table.count == partition.modes else {
      throw table.error(row: nil, "\(table.count) modes are given; \(partition.modes) are needed")
    }
    return rows[partition.owned].compactMap { $0.map { table.lambdas[$0] } }
  }

  /// The modes of the recorded momenta, all bands of each, as flat indices.
  static func recordedModes(_ deck: Deck, grid: MomentumGrid) throws -> [Int] {
    let bands = deck.lattice.orbitals.count
    return try deck.record.momenta.enumerated().flatMap { position, momentum in
      guard let index = grid.index(ofMomentum: momentum) else {
        throw deck.error(
          at: "record.momenta[\(position)]",
          "\(momentum.map(\.description).joined(separator: ", ")) is not on the grid; "
            + "momenta are −1 + 2(j + twist)/L in units of π, to 1e-6 of their spacing"
        )
      }
      return (0..<bands).map { index * bands + $0 }
    }
  }
}

extension Complex<Double> {
  /// The number of a deck.
  init(_ number: Deck.ComplexNumber) { self.init(number.real, number.imaginary) }
}

extension JumpOperator {
  /// The operator of a deck.
  init(_ jump: Deck.JumpOperator) {
    self.init(
      rate: jump.rate,
      terms: jump.terms.map { term in
        Term(
          amplitude: Complex(term.amplitude),
          create: Site(orbital: term.create.orbital, cell: term.create.cell),
          annihilate: Site(orbital: term.annihilate.orbital, cell: term.annihilate.cell)
        )
      }
    )
  }
}
