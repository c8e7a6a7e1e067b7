import Lattice
import Numerics

/// f_r and g_r of a channel on a lattice of one orbital, as functions of its energy and of phases.
public enum ChannelFormula: Sendable {
  /// f = e^{a (ε − c)}, g = 1/f.
  case thermal(a: Double, c: Double)

  /// f = |Σ_β d_β e^{ik·s_β}|², g = |Σ_α c_α e^{ik·r_α}|².
  case product(source: Amplitude, sink: Amplitude)

  /// Σ_α c_α e^{ik·r_α}.
  public struct Amplitude: Sendable {
    /// c_α.
    public var factors: [Complex<Double>]
    /// r_α.
    public var cells: [[Int]]

    /// Creates an amplitude.
    public init(factors: [Complex<Double>], cells: [[Int]]) {
      self.factors = factors
      self.cells = cells
    }
  }

  /// What rounding errors of f and g are in proportion to: (Σ|c_α|)² of squares; `nil` where it is f and g themselves.
  var largest: (source: Double, sink: Double)? {
    guard case .product(let source, let sink) = self else { return nil }
    func square(_ amplitude: Amplitude) -> Double {
      let sum = amplitude.factors.reduce(0) { $0 + $1.length }
      return sum * sum
    }
    return (square(source), square(sink))
  }

  /// The displacements whose phases are wanted.
  var displacements: [[Int]] {
    guard case .product(let source, let sink) = self else { return [] }
    return PhaseSquare.displacements(source.cells + sink.cells)
  }
}
