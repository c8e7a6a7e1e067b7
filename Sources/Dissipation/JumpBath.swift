import Lattice
import Numerics

/// A bath of translationally invariant jump operators, whose rates add up.
///
///     W(kν→pμ) = Σ_L γ_L | Σ_i A_i e^{−ip·r_i + ik·s_i} u*_{a_i μ}(p) u_{b_i ν}(k) |²
///
/// An operator that is a product, Σ_α c_α c†_α · Σ_β d_β c_β, is one channel, with factors that are squares:
///
///     f(k,ν) = |Σ_β d_β e^{ik·s_β} u_{b_β ν}(k)|²        g(p,μ) = |Σ_α c_α e^{−ip·r_α} u*_{a_α μ}(p)|²
///
/// All other operators together are brought to the smallest number of channels; see `PairCorrelations`.
public struct JumpBath: Dissipator, Equatable {
  /// The operators.
  public var operators: [JumpOperator] {
    didSet { matrices = operators.map { AmplitudeMatrix($0.terms) } }
  }

  /// Their amplitudes.
  private var matrices: [AmplitudeMatrix]

  /// Creates a bath.
  public init(operators: [JumpOperator]) {
    self.operators = operators
    matrices = operators.map { AmplitudeMatrix($0.terms) }
  }

  /// Dephasing of Equation (19): c†_{jσ} c_{jσ} with the rate γ_σ.
  ///
  /// - Parameters:
  ///   - rates: γ_σ ≥ 0 of each orbital; orbitals without a rate are left out.
  ///   - dimension: The number of directions of the lattice.
  /// - Returns: A bath of one product operator for each orbital, with f = g = |u_σν|².
  public static func dephasing(rates: [Double], dimension: Int = 1) -> JumpBath {
    let operators = rates.enumerated().filter { $0.element > 0 }.map { orbital, rate in
      let site = JumpOperator.Site(orbital: orbital, cell: Array(repeating: 0, count: dimension))
      return JumpOperator(rate: rate, creating: [(.one, site)], annihilating: [(.one, site)])
    }
    return JumpBath(operators: operators)
  }

  /// One channel for each product operator, and as few as possible for the others.
  ///
  /// - Throws: `ModelError` if an operator has no terms, a negative rate, or names an orbital or a
  ///   direction that the lattice does not have.
  public func kernel(on bands: BandStructure) throws(ModelError) -> RateKernel {
    var channels: [Channel] = []
    var others = PairCorrelations()
    for (index, jump) in operators.enumerated() {
      try check(jump, index, bands)
      let matrix = matrices[index]
      guard let factors = matrix.factors else {
        others.add(matrix, rate: jump.rate)
        continue
      }
      channels.append(
        Channel(
          coupling: jump.rate,
          source: squares(factors.annihilation, at: matrix.annihilation, bands),
          sink: squares(factors.sink, at: matrix.creation, bands)
        )
      )
    }
    channels += try others.channels(on: bands)
    return RateKernel(separable: SeparableKernel(channels: channels))
  }

  /// One channel of squares for each operator, if all are products.
  public func formulas(on hamiltonian: BlochHamiltonian) -> [ChannelFormula]? {
    var formulas: [ChannelFormula] = []
    for matrix in matrices {
      guard let factors = matrix.factors else { return nil }
      let source = ChannelFormula.Amplitude(
        factors: factors.annihilation,
        cells: matrix.annihilation.map(\.cell)
      )
      let sink = ChannelFormula.Amplitude(
        factors: factors.sink,
        cells: matrix.creation.map(\.cell)
      )
      formulas.append(.product(source: source, sink: sink))
    }
    return formulas
  }

  private func check(
    _ jump: JumpOperator,
    _ index: Int,
    _ bands: BandStructure
  ) throws(ModelError) {
    func refused(_ reason: String) -> ModelError {
      ModelError("jump operator \(index + 1)\(reason)")
    }
    guard !jump.terms.isEmpty else { throw refused(" has no terms") }
    guard jump.rate >= 0, jump.rate.isFinite else {
      throw refused(": the rate must be finite and not negative")
    }
    for term in jump.terms {
      try check(term.create)
      try check(term.annihilate)
    }
    func check(_ site: JumpOperator.Site) throws(ModelError) {
      guard bands.orbitals.indices.contains(site.orbital) else {
        throw refused(": the lattice has \(bands.orbitals.count) orbitals")
      }
      guard site.cell.count == bands.grid.dimension else {
        throw refused(": a cell has \(bands.grid.dimension) components here")
      }
    }
  }

  /// |Σ_β d_β e^{ik·s_β} u_{b_β ν}(k)|² of each mode.
  private func squares(
    _ amplitudes: [Complex<Double>],
    at sites: [JumpOperator.Site],
    _ bands: BandStructure
  ) -> [Double] {
    bands.squaredAmplitudes(at: sites.map { ($0.orbital, $0.cell) }, factors: amplitudes)
  }
}
