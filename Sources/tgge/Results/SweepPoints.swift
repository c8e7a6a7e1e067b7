import Communication
import Kinetics
import MPICommunication
import Records
import Studies

/// What a file of results says of the points of a sweep beside their states.
struct SweepPoints {
  private let decks: SweepDecks
  private let outcomes: [SweepOutcome]
  private let steady: [SteadyResult?]

  /// Takes what was found.
  init(_ decks: SweepDecks, _ outcomes: [SweepOutcome]) {
    self.decks = decks
    self.outcomes = outcomes
    steady = outcomes.map(\.result)
  }

  /// Writes the group `sweep`.
  ///
  /// Collective.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  func write(to file: borrowing ResultFile<MPICommunicator>) throws {
    let keys = decks.variations.map(\.key).joined(separator: ", ")
    try file.setAttribute("keys", keys)
    try writePoints(file)
    try writeStates(file)
    try writeRecorded(file)
  }

  /// What varies, and what became of each point.
  private func writePoints(_ file: borrowing ResultFile<MPICommunicator>) throws {
    let (points, keys) = (outcomes.indices, decks.variations.count)
    try file.write(
      points.flatMap { decks.numbers(of: $0).map { $0 ?? .nan } },
      to: "sweep/value",
      shape: [points.count, keys],
      isExtendible: true,
      ResultLabel(
        "Value of each key that varies, in the deck's unit; NaN if it is no number.",
        unit: "deck",
        axes: ["point", "key"]
      )
    )
    let names = decks.variations.map(\.key).joined(separator: ", ")
    try file.setAttribute("keys", names, of: "sweep/value")
    let settings = points.map { point in
      zip(decks.variations, decks.texts(of: point)).map { "\($0.key)=\($1)" }
        .joined(separator: " ")
    }
    try write(settings, "setting", "The keys that vary with their values as text.", file)
    let meaning = "0 where the steady state was found, 1 where the point failed."
    try write(steady.map { $0 == nil ? 1 : 0 as Int64 }, "status", meaning, file)
    let causes = outcomes.map { if case .failed(let cause) = $0 { cause } else { "" } }
    try write(causes, "cause", "Why a point failed; empty where it did not.", file)
    try write(
      decks.setups.map { Int64($0.modes) },
      "modes",
      "Number of modes of each point.",
      file
    )
  }

  /// The steady states.
  private func writeStates(_ file: borrowing ResultFile<MPICommunicator>) throws {
    let setup = decks.setups[0]
    let (dimension, orbitals) = (setup.grid.dimension, setup.model.hamiltonian.orbitals)
    let nothing = ObservableValues(
      filling: .nan,
      orbitalCurrents: Array(repeating: .nan, count: dimension * orbitals.count),
      current: Array(repeating: .nan, count: dimension)
    )
    let observables = steady.map { $0?.observables ?? nothing }
    try file.write(observables, to: "sweep", axis: "point", orbitals: orbitals)
    let slopes = [
      ("drive", steady.map { $0?.driveSlope ?? nothing.current }),
      ("filling", steady.map { $0?.fillingSlope ?? nothing.current }),
    ]
    for (name, slopes) in slopes {
      try file.write(
        slopes.flatMap { $0 },
        to: "sweep/\(name)_slope",
        shape: [slopes.count, dimension],
        isExtendible: true,
        ResultLabel(
          "Derivative of the current with respect to the \(name); NaN where there is none.",
          unit: "energy",
          axes: ["point", "direction"]
        )
      )
    }
    let residuals = steady.map { $0?.certificate.residual ?? .nan }
    let meaning = "Largest residual of a mode, recomputed from lambda alone."
    try write(residuals, "residual", meaning, file)
    try write(
      steady.map { $0?.fillingError ?? .nan },
      "filling_error",
      "Deviation of the filling from that of the initial state.",
      file
    )
    let passes = steady.map { Int64($0?.iterations ?? 0) }
    try write(passes, "iterations", "Passes over the modes.", file)
    let idle = steady.map { Int64($0?.certificate.idleModes ?? 0) }
    try write(idle, "idle_modes", "Modes without any rate.", file)
    let digests = steady.map { $0.map { hexadecimal($0.digest) } ?? "" }
    try write(digests, "digest", "Fingerprint of lambda of all modes.", file)
  }

  /// λ of the recorded modes, and which these are; their places are those of the first point.
  private func writeRecorded(_ file: borrowing ResultFile<MPICommunicator>) throws {
    let setup = decks.setups[0]
    let modes = setup.recordedModes
    guard !modes.isEmpty else { return }
    try file.writeRecorded(of: setup)
    let nothing = Array(repeating: Double.nan, count: modes.count)
    try file.write(
      steady.flatMap { $0?.lambda ?? nothing },
      to: "sweep/recorded_lambda",
      shape: [steady.count, modes.count],
      isExtendible: true,
      ResultLabel(
        "Lagrange parameter of each recorded mode, ln((1 - n)/n).",
        axes: ["point", "recorded"]
      )
    )
  }

  private func write<Element: ResultElement>(
    _ values: [Element],
    _ name: String,
    _ description: String,
    _ file: borrowing ResultFile<MPICommunicator>
  ) throws {
    let label = ResultLabel(description, axes: ["point"])
    try file.write(values, to: "sweep/" + name, isExtendible: true, label)
  }

  private func write(
    _ texts: [String],
    _ name: String,
    _ description: String,
    _ file: borrowing ResultFile<MPICommunicator>
  ) throws {
    try file.write(texts, to: "sweep/" + name, ResultLabel(description, axes: ["point"]))
  }
}
