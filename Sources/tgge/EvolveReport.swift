import Foundation
import Records
import Studies

/// A number in one dimension, a list of components in more.
enum Components: Encodable {
  case scalar(Double)
  case list([Double])

  init(_ values: [Double]) {
    self = if values.count == 1 { .scalar(values[0]) } else { .list(values) }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .scalar(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    }
  }
}

/// λ of a recorded mode.
struct LambdaEntry: Encodable {
  let momentum: Components
  let band: Int
  let value: Double
}

/// What `tgge evolve` has to say, with the keys of its JSON.
struct EvolveReport: Encodable {
  /// One output time.
  struct Output: Encodable {
    let time: Double
    let lambda: [LambdaEntry]
    let current: Components
    let filling: Double
  }

  let command = "evolve"
  let modes: [Int]
  let totalModes: Int
  let bands: Int
  let ranks: Int
  let forces: String
  let time: Double
  let filling: Double
  let fillingDrift: Double
  let current: Components
  let currents: [String: Components]
  let lambda: [LambdaEntry]
  let digest: String
  let steps: Int
  let rejectedSteps: Int
  let forceEvaluations: Int
  let wallSeconds: Double
  let outputs: [Output]
  /// Only where a kernel was to be compressed.
  let compression: Compression?

  /// What compression found.
  struct Compression: Encodable {
    let rank: Int
    let error: Double?
    let tolerance: Double
  }

  init(
    _ result: EvolveResult,
    _ study: EvolveStudy,
    _ deck: Deck,
    ranks: Int,
    wallSeconds: Double
  ) {
    let orbitals = study.model.hamiltonian.orbitals
    let outputs = result.outputs.map { output in
      Output(
        time: output.time,
        lambda: zip(study.recordedModes, output.lambda).map { mode, value in
          let (momentum, band) = mode.quotientAndRemainder(dividingBy: orbitals.count)
          return LambdaEntry(
            momentum: Components(study.grid.momentum(at: momentum)),
            band: band,
            value: value
          )
        },
        current: Components(output.observables.current),
        filling: output.observables.filling
      )
    }
    let final = result.outputs[result.outputs.count - 1]
    modes = deck.lattice.modes
    totalModes = study.modes
    bands = orbitals.count
    self.ranks = ranks
    forces = result.engine
    time = final.time
    filling = final.observables.filling
    fillingDrift = result.fillingDrift
    current = Components(final.observables.current)
    currents = Dictionary(
      uniqueKeysWithValues: orbitals.enumerated().map { orbital, name in
        let values = stride(
          from: orbital,
          to: final.observables.orbitalCurrents.count,
          by: orbitals.count
        ).map { final.observables.orbitalCurrents[$0] }
        return (name, Components(values))
      }
    )
    lambda = outputs[outputs.count - 1].lambda
    digest = String(format: "%016lx", result.digest)
    steps = result.statistics.steps
    rejectedSteps = result.statistics.rejectedSteps
    forceEvaluations = result.statistics.forceEvaluations
    self.wallSeconds = wallSeconds
    self.outputs = outputs
    compression = result.compression.map { report in
      Compression(
        rank: report.rank,
        error: report.error.isFinite ? report.error : nil,
        tolerance: study.forces.compression ?? 0
      )
    }
  }

  /// Writes one JSON object to standard output.
  func printJSON() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(self), as: UTF8.self))
  }

  /// Writes a table for people to standard output.
  func printTable() {
    let columns = lambda.map { entry in
      let momentum =
        switch entry.momentum {
        case .scalar(let value): "\(value)π"
        case .list(let values): "(" + values.map { "\($0)π" }.joined(separator: ", ") + ")"
        }
      return bands == 1 ? "λ(\(momentum))" : "λ(\(momentum), \(entry.band))"
    }
    let header = ["t"] + columns + ["current", "filling"]
    var rows = [header]
    for output in outputs {
      let current =
        switch output.current {
        case .scalar(let value): EvolveReport.digits(value)
        case .list(let values): values.map(EvolveReport.digits).joined(separator: " ")
        }
      rows.append(
        [String(format: "%g", output.time)]
          + output.lambda.map { String(format: "%.12f", $0.value) }
          + [current, String(format: "%.12f", output.filling)]
      )
    }
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
      let cells = zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }
      print(cells.joined(separator: "  "))
    }
    print(
      "\n\(totalModes) modes on \(ranks) \(ranks == 1 ? "rank" : "ranks"), \(forces) forces; "
        + "\(steps) steps, \(rejectedSteps) rejected, \(forceEvaluations) force evaluations\n"
        + "filling drift \(EvolveReport.digits(fillingDrift)), digest \(digest), "
        + "\(ProgressLine.duration(wallSeconds))"
    )
  }

  /// A small number with its leading digits.
  static func digits(_ value: Double) -> String { String(format: "%.12g", value) }
}
