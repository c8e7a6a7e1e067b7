import Numerics

extension BlochHamiltonian {
  /// The chain of Equation (7), ε(k) = −2J cos k, in one dimension or on a hypercubic lattice.
  ///
  /// - Parameters:
  ///   - hopping: J, an energy.
  ///   - dimension: The number of directions.
  /// - Returns: A Hamiltonian of one orbital, `site`.
  /// - Throws: `ModelError` if J is not finite.
  public static func tightBinding(
    hopping: Double,
    dimension: Int = 1
  ) throws(ModelError) -> BlochHamiltonian {
    let hoppings = (0..<dimension).map { direction in
      Hopping(
        from: 0,
        to: 0,
        by: (0..<dimension).map { $0 == direction ? 1 : 0 },
        amplitude: Complex(-hopping)
      )
    }
    return try BlochHamiltonian(dimension: dimension, orbitals: ["site"], hoppings: hoppings)
  }

  /// The Rashba–Zeeman chain of Equations (17) and (C1).
  ///
  ///     H(k) = −2J cos k + (2α_y sin k + h) σ_z,    H_↑↓(k) = 2iα_z sin k
  ///
  /// - Parameters:
  ///   - hopping: J.
  ///   - alphaY: α_y, spin-orbit coupling along the field.
  ///   - alphaZ: α_z, spin-orbit coupling across it.
  ///   - zeeman: h. All four are energies.
  /// - Returns: A Hamiltonian of the orbitals `up` and `down`.
  /// - Throws: `ModelError` if an energy is not finite.
  public static func rashbaZeeman(
    hopping: Double,
    alphaY: Double,
    alphaZ: Double,
    zeeman: Double
  ) throws(ModelError) -> BlochHamiltonian {
    // 2 α_y sin k = i α_y e^{−ik} + c.c., and 2iα_z sin k = α_z e^{ik} − α_z e^{−ik}.
    let (up, down) = (0, 1)
    return try BlochHamiltonian(
      dimension: 1,
      orbitals: ["up", "down"],
      hoppings: [
        Hopping(from: up, to: up, by: [1], amplitude: Complex(-hopping, alphaY)),
        Hopping(from: down, to: down, by: [1], amplitude: Complex(-hopping, -alphaY)),
        Hopping(from: up, to: up, by: [0], amplitude: Complex(zeeman)),
        Hopping(from: down, to: down, by: [0], amplitude: Complex(-zeeman)),
        Hopping(from: down, to: up, by: [-1], amplitude: Complex(alphaZ)),
        Hopping(from: down, to: up, by: [1], amplitude: Complex(-alphaZ)),
      ]
    )
  }
}
