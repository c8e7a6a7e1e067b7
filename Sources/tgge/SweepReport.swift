import Foundation
import Records
import Studies

/// What `tgge sweep` has to say, with the keys of its JSON.
struct SweepReport: JSONReport {
  /// A value that a key takes: a number, or the text of a list or word.
  enum Value: Encodable {
    case number(Double)
    case text(String)

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let number): try container.encode(number)
      case .text(let text): try container.encode(text)
      }
    }
  }

  /// One point: what varies, and what `tgge steady` says.
  struct Point: Encodable {
    /// Of the key that varies faster.
    let value: Value
    /// Of all keys that vary.
    let values: [String: Value]
    let steady: SteadyReport

    enum CodingKeys: String, CodingKey { case value, values }

    func encode(to encoder: any Encoder) throws {
      try steady.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(value, forKey: .value)
      try container.encode(values, forKey: .values)
    }
  }

  /// A point without a steady state.
  struct Failure: Encodable {
    let values: [String: Value]
    let cause: String
  }

  let command = "sweep"
  /// The key that varies faster, and all.
  let key: String
  let keys: [String]
  let bands: Int
  let ranks: Int
  let groups: Int
  let points: [Point]
  let failures: [Failure]
  /// Passes over the modes at all points.
  let iterations: Int
  let wallSeconds: Double
  /// Of one evaluation of the forces, if it was measured.
  var forceEvaluationSeconds: Double?

  init(
    _ decks: SweepDecks,
    _ outcomes: [SweepOutcome],
    groups: Int,
    ranks: Int,
    wallSeconds: Double
  ) {
    keys = decks.variations.map(\.key)
    key = keys[keys.count - 1]
    bands = decks.setups[0].bands
    self.ranks = ranks
    self.groups = groups
    self.wallSeconds = wallSeconds
    var points: [Point] = []
    var failures: [Failure] = []
    for (index, outcome) in outcomes.enumerated() {
      let list = zip(decks.numbers(of: index), decks.texts(of: index)).map { number, text in
        number.map(Value.number) ?? .text(text)
      }
      let values = Dictionary(uniqueKeysWithValues: zip(keys, list))
      switch outcome {
      case .failed(let cause): failures.append(Failure(values: values, cause: cause))
      case .found(let result):
        let steady = SteadyReport(
          result,
          SteadyStudy(decks.setups[index]),
          decks.jobs[index].deck,
          slopes: nil,
          ranks: ranks,
          wallSeconds: nil
        )
        points.append(Point(value: list[list.count - 1], values: values, steady: steady))
      }
    }
    self.points = points
    self.failures = failures
    iterations = points.reduce(0) { $0 + $1.steady.iterations }
  }

  /// Writes what stands below the rows to standard output.
  func printSummary() {
    let timing = forceEvaluationSeconds.map { seconds in
      String(
        format: "\none evaluation of the forces %.3g s, the sweep takes %.0f of them",
        seconds,
        wallSeconds / seconds
      )
    }
    print(
      "\n\(points.count) points on \(Summary.ranks(ranks))"
        + (groups > 1 ? " in \(groups) groups" : "") + ", \(iterations) passes, "
        + "\(ProgressLine.duration(wallSeconds))\(timing ?? "")"
    )
  }
}
