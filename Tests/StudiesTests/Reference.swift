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

  private struct Figure2: Decodable { var records: [Snapshot] }

  private struct Figure3: Decodable {
    var states: [SteadyState]

    enum CodingKeys: String, CodingKey { case states = "L100" }
  }

  /// The relaxation of the second figure.
  static func figure2() throws -> [Snapshot] { try read("fig2", Figure2.self).records }

  /// Steady states of the third figure.
  static func figure3() throws -> [SteadyState] { try read("fig3", Figure3.self).states }

  private static func read<Value: Decodable>(_ name: String, _ type: Value.Type) throws -> Value {
    let file = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent()
      .deletingLastPathComponent()
      .appendingPathComponent("Reference/\(name).json")
    return try JSONDecoder().decode(type, from: Data(contentsOf: file))
  }
}
