/// The objects that `--json` writes, as far as pictures need them; files of results are brought into the same form.
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
  var bands: Int?
  var lambda: [Entry]?
  var gibbs: [Entry]?
  var outputs: [Output]?
  var key: String?
  var keys: [String]?
  var orbitals: [String]?
  var states: [Mode]?
  var points: [Point]?
  var limit: Components?
  var decayRate: Double?

  /// Results of a command of which nothing else is known yet.
  init(command: String) { self.command = command }
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
