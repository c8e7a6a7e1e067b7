import Numerics

/// Bands, eigenvectors and velocities, tabulated over a range of momenta.
///
/// Modes have the order of the whole program: momentum by momentum, in each the highest band first.
public struct BandStructure: Sendable {
  /// The momentum grid of the whole lattice.
  public let grid: MomentumGrid

  /// The flat indices of the momenta that are tabulated.
  public let momenta: Range<Int>

  /// The names of the orbitals.
  public let orbitals: [String]

  /// An interval that contains every energy of the whole lattice; see `BlochHamiltonian`.
  public let energyBounds: ClosedRange<Double>

  /// ε_ν(k) of each mode.
  public private(set) var energies: [Double]

  /// u_aν(k), element `mode · orbitals.count + a`; u is unitary at each momentum.
  public private(set) var eigenvectors: [Complex<Double>]

  /// Re[u*_aν (∂H/∂k_c u_ν)_a], element `(mode · d + c) · orbitals.count + a`: the velocity in
  /// direction c that orbital a contributes.
  ///
  /// The sum over a is ∂ε_ν/∂k_c (Hellmann and Feynman).
  public private(set) var orbitalVelocities: [Double]

  /// The number of bands, which is the number of orbitals.
  public var bands: Int { orbitals.count }

  /// Tabulates a range of momenta.
  ///
  /// - Throws: `ModelError` if the grid has another dimension than the Hamiltonian, or bands are
  ///   degenerate at one of its momenta.
  /// - Complexity: For each momentum one sine and cosine for each hopping, and one eigensystem.
  public init(
    of hamiltonian: BlochHamiltonian,
    on grid: MomentumGrid,
    momenta: Range<Int>
  ) throws(ModelError) {
    guard grid.dimension == hamiltonian.dimension else {
      throw ModelError(
        "the lattice has \(grid.dimension) directions, its Hamiltonian \(hamiltonian.dimension)"
      )
    }
    self.grid = grid
    self.momenta = momenta
    orbitals = hamiltonian.orbitals
    energyBounds = hamiltonian.energyBounds

    let (size, dimension) = (hamiltonian.orbitals.count, hamiltonian.dimension)
    let modes = momenta.count * size
    energies = [Double](repeating: 0, count: modes)
    eigenvectors = [Complex<Double>](repeating: .one, count: modes * size)
    orbitalVelocities = [Double](repeating: 0, count: modes * dimension * size)

    var matrix = [Complex<Double>](repeating: .zero, count: size * size)
    var gradient = [Complex<Double>](repeating: .zero, count: dimension * size * size)
    for (offset, index) in momenta.enumerated() {
      let coordinates = grid.coordinates(of: index)
      hamiltonian.evaluate(at: coordinates, of: grid, matrix: &matrix, gradient: &gradient)
      let system = try HermitianEigensystem(matrix, size: size, at: { grid.momentum(at: index) })
      for band in 0..<size {
        let mode = offset * size + band
        energies[mode] = system.values[band]
        for orbital in 0..<size {
          eigenvectors[mode * size + orbital] = system.vectors[orbital * size + band]
        }
        tabulateVelocity(of: mode, gradient: gradient)
      }
    }
  }

  private mutating func tabulateVelocity(of mode: Int, gradient: [Complex<Double>]) {
    let (size, dimension) = (bands, grid.dimension)
    for direction in 0..<dimension {
      for row in 0..<size {
        var slope = Complex<Double>.zero
        for column in 0..<size {
          let element = gradient[(direction * size + row) * size + column]
          slope += element * eigenvectors[mode * size + column]
        }
        let velocity = (eigenvectors[mode * size + row].conjugate * slope).real
        orbitalVelocities[(mode * dimension + direction) * size + row] = velocity
      }
    }
  }

  /// Calls `body` for each mode with v_α = e^{ik·r_α} u_{a_α ν}(k), the amplitude of the mode at each of
  /// some sites.
  ///
  /// - Parameters:
  ///   - sites: For each site α its orbital a_α and its displacement r_α in cells.
  ///   - body: Is given the place of the mode in the tables, and the amplitudes.
  public func forEachMode(
    at sites: [(orbital: Int, cell: [Int])],
    _ body: (Int, [Complex<Double>]) -> Void
  ) {
    var phases = [Complex<Double>](repeating: .one, count: sites.count)
    var amplitudes = phases
    for (offset, index) in momenta.enumerated() {
      let coordinates = grid.coordinates(of: index)
      for (place, site) in sites.enumerated() {
        phases[place] = grid.phase(at: coordinates, displacement: site.cell).conjugate
      }
      for mode in offset * bands..<(offset + 1) * bands {
        for (place, site) in sites.enumerated() {
          amplitudes[place] = phases[place] * eigenvectors[mode * bands + site.orbital]
        }
        body(mode, amplitudes)
      }
    }
  }
}
