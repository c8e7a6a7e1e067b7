/// The objects that `--json` writes, as far as pictures need them.
struct Results: Decodable {
  /// λ of a mode.
  struct Entry: Decodable {
    let momentum: Components
    let band: Int
    let value: Double
  }

  /// One output time of an evolution.
  struct Output: Decodable {
    let time: Double
    let lambda: [Entry]
  }

  /// One point of a sweep or of an extrapolation.
  struct Point: Decodable {
    let value: Double?
    let values: [String: Double]?
    let modes: Components?
    let lambda: [Entry]?
    let current: Components
    let currents: [String: Components]?
  }

  /// One mode of the bands.
  struct Mode: Decodable {
    let momentum: Components
    let band: Int
    let energy: Double
    let weights: [String: Double]
  }

  let command: String
  let bands: Int?
  let lambda: [Entry]?
  let gibbs: [Entry]?
  let outputs: [Output]?
  let key: String?
  let keys: [String]?
  let orbitals: [String]?
  let states: [Mode]?
  let points: [Point]?
  let limit: Components?
  let decayRate: Double?
}

/// A number, or a list of components in more than one dimension.
struct Components: Decodable, Equatable {
  let values: [Double]

  init(_ values: [Double]) { self.values = values }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Double.self) {
      values = [value]
    } else {
      values = try container.decode([Double].self)
    }
  }
}
