import Numerics

/// A translationally invariant Lindblad operator, L_R = √(J·rate) Σ_i A_i c†_{R+r_i, a_i} c_{R+s_i, b_i}.
public struct JumpOperator: Sendable, Equatable {
  /// A place relative to the cell R: an orbital and a displacement in unit cells.
  public struct Site: Sendable, Hashable {
    /// The orbital, an index.
    public var orbital: Int

    /// The displacement, one number for each direction.
    public var cell: [Int]

    /// Creates a place.
    public init(orbital: Int, cell: [Int]) {
      self.orbital = orbital
      self.cell = cell
    }
  }

  /// One term, amplitude · c†_create c_annihilate.
  public struct Term: Sendable, Equatable {
    /// A_i, dimensionless.
    public var amplitude: Complex<Double>

    /// Where a particle appears.
    public var create: Site

    /// Where a particle vanishes.
    public var annihilate: Site

    /// Creates a term.
    public init(amplitude: Complex<Double>, create: Site, annihilate: Site) {
      self.amplitude = amplitude
      self.create = create
      self.annihilate = annihilate
    }
  }

  /// γ ≥ 0, dimensionless.
  public var rate: Double

  /// The terms.
  public var terms: [Term]

  /// Creates an operator.
  public init(rate: Double = 1, terms: [Term]) {
    self.rate = rate
    self.terms = terms
  }

  /// The paper's nonreciprocal operator of Equation (15), (c†_j + δ c†_{j+1}) (c_j − δ′ c_{j+1}).
  ///
  /// - Parameters:
  ///   - delta: δ.
  ///   - deltaPrime: δ′.
  /// - Returns: The operator on a chain of one orbital; its kernel is |1 + δe^{−ip}|² |1 − δ′e^{ik}|².
  public static func raman(
    delta: Complex<Double>,
    deltaPrime: Complex<Double>
  ) -> JumpOperator {
    let here = Site(orbital: 0, cell: [0])
    let next = Site(orbital: 0, cell: [1])
    return JumpOperator(
      creating: [(.one, here), (delta, next)],
      annihilating: [(.one, here), (-deltaPrime, next)]
    )
  }

  /// The product (Σ c_i c†_i) (Σ d_j c_j), multiplied out.
  public init(
    rate: Double = 1,
    creating: [(amplitude: Complex<Double>, site: Site)],
    annihilating: [(amplitude: Complex<Double>, site: Site)]
  ) {
    let terms = creating.flatMap { create in
      annihilating.map { annihilate in
        Term(
          amplitude: create.amplitude * annihilate.amplitude,
          create: create.site,
          annihilate: annihilate.site
        )
      }
    }
    self.init(rate: rate, terms: terms)
  }
}
