import Foundation
import Lattice

/// A result that can be written as one JSON object.
protocol JSONReport: Encodable {}

extension JSONReport {
  /// Writes one JSON object to standard output.
  func printJSON() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(self), as: UTF8.self))
  }
}

/// Writes rows to standard output, each column as wide as its widest cell.
func printColumns(_ rows: [[String]]) {
  let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  for row in rows {
    let cells = zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }
    print(cells.joined(separator: "  "))
  }
}

/// A number in one dimension, a list of components in more.
enum Components: Encodable {
  case scalar(Double)
  case list([Double])

  init(_ values: [Double]) {
    self = if values.count == 1 { .scalar(values[0]) } else { .list(values) }
  }

  /// The components, one or more.
  var values: [Double] {
    switch self {
    case .scalar(let value): [value]
    case .list(let values): values
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .scalar(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    }
  }

  /// The components with twelve digits, blanks between them.
  var text: String {
    switch self {
    case .scalar(let value): digits(value)
    case .list(let values): values.map(digits).joined(separator: " ")
    }
  }

  /// The currents of all directions by the name of the orbital.
  ///
  /// - Parameters:
  ///   - currents: Element direction · orbitals + orbital.
  ///   - orbitals: Their names.
  /// - Returns: The components of each.
  static func byOrbital(_ currents: [Double], _ orbitals: [String]) -> [String: Components] {
    Dictionary(
      uniqueKeysWithValues: orbitals.enumerated().map { orbital, name in
        let values = stride(from: orbital, to: currents.count, by: orbitals.count)
        return (name, Components(values.map { currents[$0] }))
      }
    )
  }
}

/// A number with twelve digits at most.
func digits(_ value: Double) -> String { String(format: "%.12g", value) }

/// λ of a recorded mode.
struct LambdaEntry: Encodable {
  let momentum: Components
  let band: Int
  let value: Double

  /// The entries of some modes.
  ///
  /// - Parameters:
  ///   - modes: Flat indices.
  ///   - values: λ of each.
  ///   - grid: The momenta.
  ///   - bands: The number of bands.
  /// - Returns: One entry for each mode.
  static func list(
    _ modes: [Int],
    _ values: [Double],
    on grid: MomentumGrid,
    bands: Int
  ) -> [LambdaEntry] {
    zip(modes, values).map { mode, value in
      let (momentum, band) = mode.quotientAndRemainder(dividingBy: bands)
      return LambdaEntry(
        momentum: Components(grid.momentum(at: momentum)),
        band: band,
        value: value
      )
    }
  }

  /// A momentum for people.
  static func place(_ momentum: Components) -> String {
    switch momentum {
    case .scalar(let value): "\(value)π"
    case .list(let values): "(" + values.map { "\($0)π" }.joined(separator: ", ") + ")"
    }
  }

  /// The heading of a column.
  func title(bands: Int) -> String {
    let place = LambdaEntry.place(momentum)
    return bands == 1 ? "λ(\(place))" : "λ(\(place), \(band))"
  }
}
