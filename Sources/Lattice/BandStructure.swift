import Numerics
import VectorMath

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
  public let energies: [Double]

  /// u_aν: real part in plane 2 (a · bands + ν), imaginary part in the next; none of a single orbital, where u = 1.
  private let eigensystem: Planes

  /// Phases, those of the hoppings tabulated.
  let phases: PhasePlanes

  /// The velocities in plane (c · bands + a) · bands + ν.
  private let velocities: Planes

  /// The number of bands, which is the number of orbitals.
  public var bands: Int { orbitals.count }

  /// Tabulates a range of momenta.
  ///
  /// - Throws: `ModelError` if the grid has another dimension than the Hamiltonian, or bands are
  ///   degenerate at one of its momenta.
  /// - Complexity: For each momentum one sine and cosine for each hopping, and one eigensystem; all in
  ///   vectors but for the eigensystems of three and more orbitals.
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
    let size = hamiltonian.orbitals.count
    let bloch = BlochPlanes(of: hamiltonian, on: grid, momenta: momenta)
    phases = bloch.phases
    if size == 1 {
      // u = 1, and the gradient is real.
      energies = bloch.matrix.interleaved([0])
      eigensystem = Planes(count: 0, length: momenta.count)
      velocities = bloch.gradient
      return
    }
    let system = try HermitianEigensystem(bloch.matrix, size: size) { place in
      grid.momentum(at: momenta.lowerBound + place)
    }
    energies = system.values.interleaved(Array(0..<size))
    eigensystem = system.vectors
    velocities = BandStructure.velocities(bloch.gradient, system.vectors, size)
  }

  /// u_aν: real part in plane 2 (a · bands + ν), imaginary part in the next.
  var vectors: Planes {
    guard bands == 1 else { return eigensystem }
    let stride = eigensystem.stride
    return Planes(count: 2, length: momenta.count) { vectors in
      vectors.update(repeating: 1, count: stride)
      (vectors + stride).update(repeating: 0, count: stride)
    }
  }

  /// The velocity in direction c that orbital a contributes to each mode, in the order of modes.
  ///
  ///     Re[u*_aν (∂H/∂k_c u_ν)_a]
  ///
  /// The sum over a is ∂ε_ν/∂k_c (Hellmann and Feynman).
  ///
  /// - Parameters:
  ///   - orbital: a.
  ///   - direction: c.
  /// - Returns: Energies, since ħ and the lattice constant are 1.
  public func velocity(ofOrbital orbital: Int, direction: Int) -> [Double] {
    velocities.interleaved((0..<bands).map { (direction * bands + orbital) * bands + $0 })
  }

  /// u_aν(k) of each mode and orbital, element `mode · orbitals.count + a`; u is unitary at each momentum.
  ///
  /// - Complexity: makes a copy; loops over many momenta take `amplitudes(at:)`.
  public var eigenvectors: [Complex<Double>] {
    let vectors = vectors
    var result: [Complex<Double>] = []
    result.reserveCapacity(momenta.count * bands * bands)
    for index in 0..<momenta.count {
      for band in 0..<bands {
        for orbital in 0..<bands {
          let plane = 2 * (orbital * bands + band)
          result.append(Complex(vectors[plane, index], vectors[plane + 1, index]))
        }
      }
    }
    return result
  }

  private static func velocities(_ gradient: Planes, _ vectors: Planes, _ size: Int) -> Planes {
    let (count, stride) = (gradient.count / 2, gradient.stride)
    return Planes(count: count, length: gradient.length) { target in
      gradient.read { gradient in
        vectors.read { vectors in
          for plane in 0..<count {
            let (row, band) = (plane / size, plane % size)
            let own = vectors + 2 * (row % size * size + band) * stride
            for index in Swift.stride(from: 0, to: stride, by: Vector.scalarCount) {
              // The row of ∂H, times the column of u.
              var real = Vector.zero
              var imaginary = Vector.zero
              for column in 0..<size {
                let element = gradient + 2 * (row * size + column) * stride + index
                let other = vectors + 2 * (column * size + band) * stride + index
                let (a, b) = (element.vector(at: 0), element.vector(at: stride))
                let (x, y) = (other.vector(at: 0), other.vector(at: stride))
                real += a * x - b * y
                imaginary += a * y + b * x
              }
              let (x, y) = (own.vector(at: index), own.vector(at: stride + index))
              target.store(x * real + y * imaginary, at: plane * stride + index)
            }
          }
        }
      }
    }
  }
}
