import Dissipation
import Foundation

/// Numbers of an independent program; see `Tests/Reference/README.md`.
enum Reference {
  /// λ of all modes at one time.
  struct Snapshot: Decodable, Sendable {
    var t: Double
    var lambda: [Double]

    enum CodingKeys: String, CodingKey {
      case t
      case lambda = "lambda_all"
    }
  }

  /// λ of all modes and the current of one steady state.
  struct SteadyState: Decodable, Sendable {
    var drive: Double
    var current: Double
    var lambda: [Double]

    enum CodingKeys: String, CodingKey {
      case drive = "gamma_neq"
      case current = "I"
      case lambda = "lambda_all"
    }
  }

  /// The currents of one steady state of the Rashba-Zeeman chain.
  struct SpinCurrents: Decodable, Sendable {
    var drive: Double
    var rateUp: Double
    var rateDown: Double
    var current: Double
    var currentUp: Double
    var currentDown: Double

    enum CodingKeys: String, CodingKey {
      case drive = "gamma_neq"
      case rateUp = "gamma_up"
      case rateDown = "gamma_dn"
      case current = "I"
      case currentUp = "I_up"
      case currentDown = "I_dn"
    }
  }

  private struct Figures5and6: Decodable {
    var up: [SpinCurrents]
    var equal: [SpinCurrents]
    var down: [SpinCurrents]

    enum CodingKeys: String, CodingKey {
      case up = "fig5a_up"
      case equal = "fig5b_equal"
      case down = "fig6_down"
    }
  }

  private struct Figure2: Decodable { var records: [Snapshot] }

  private struct Figure3: Decodable {
    var states: [SteadyState]

    enum CodingKeys: String, CodingKey { case states = "L100" }
  }

  /// The relaxation of the second figure.
  static func figure2() throws -> [Snapshot] { try read("fig2", Figure2.self).records }

  /// Steady states of the third figure.
  static func figure3() throws -> [SteadyState] { try read("fig3", Figure3.self).states }

  /// Steady states of the fifth and the sixth figure.
  static func figures5and6() throws -> [SpinCurrents] {
    let figures = try read("fig5_fig6", Figures5and6.self)
    return figures.up + figures.equal + figures.down
  }

  /// Currents of one chain for some L.
  struct FiniteSize: Decodable, Sendable {
    var beta: Double
    var drive: Double
    /// Of the Rashba-Zeeman chain; nil for the tight-binding one.
    var zeeman: Double?
    var rateUp: Double?
    /// For L → ∞.
    var limit: Double
    /// κ of the approach e^{−κL}: the imaginary part of the nearest complex pole of n(k).
    var decayRate: Double
    var currents: [String: Double]

    /// The chain.
    var model: OpenLattice {
      get throws {
        guard let zeeman else { return try Chain.tightBinding(beta: beta, drive: drive) }
        let up = rateUp ?? 1
        return try Chain.rashba(beta: beta, drive: drive, zeeman: zeeman, rates: [up, 1 - up])
      }
    }
  }

  /// dI/d(drive) of one steady state.
  struct Response: Decodable, Sendable {
    /// 1 for the tight-binding chain, 2 for the Rashba-Zeeman chain with dephasing of the up spin.
    var model: Int
    var drive: Double
    var slope: Double
  }

  /// Steady states of both chains at all drives of the reference.
  struct SteadyStates: Decodable, Sendable {
    /// A state of the third figure: λ of all modes, or at some momenta in units of π.
    struct Chain: Decodable, Sendable {
      var drive: Double
      var current: Double
      var momenta: [Double]?
      var lambdas: [Double]
    }

    /// A state of the last two figures: currents, and for some drives λ of all modes.
    struct Spins: Decodable, Sendable {
      var modes: Int
      var drive: Double
      var rateUp: Double
      var rateDown: Double
      var current: Double
      var currentUp: Double
      var currentDown: Double
      var lambdas: [Double]?
    }

    /// dI/d(filling) per mode.
    struct FillingSlope: Decodable, Sendable {
      var model: Int
      var modes: Int
      var beta: Double
      var drive: Double
      var slope: Double
    }

    var figure3: [Chain]
    var figures5and6: [Spins]
    var fillingSlopes: [FillingSlope]
  }

  /// Steady states at all drives of the reference.
  static func steadyStates() throws -> SteadyStates { try read("steady", SteadyStates.self) }

  /// Currents against L.
  static func finiteSizes() throws -> [FiniteSize] { try read("finite_size", [FiniteSize].self) }

  /// Responses to the drive.
  static func responses() throws -> [Response] { try read("response", [Response].self) }

  /// The relaxation rates of one steady state, in units of εJ, as [re, im].
  struct Spectrum: Decodable, Sendable {
    /// 1 for the tight-binding chain, 2 for the Rashba-Zeeman chain with dephasing of the up spin.
    var model: Int
    var modes: Int
    var beta: Double
    var drive: Double
    /// How many modes the slowest state has, and the largest of them, as band · L + j.
    var participation: Double
    var peak: Int
    var fastest: Double
    var slowest: [[Double]]
    var all: [[Double]]?
  }

  /// Relaxation rates.
  static func spectra() throws -> [Spectrum] { try read("spectra", [Spectrum].self) }

  private static func read<Value: Decodable>(_ name: String, _ type: Value.Type) throws -> Value {
    let file = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent()
      .deletingLastPathComponent()
      .appendingPathComponent("Reference/\(name).json")
    return try JSONDecoder().decode(type, from: Data(contentsOf: file))
  }
}
