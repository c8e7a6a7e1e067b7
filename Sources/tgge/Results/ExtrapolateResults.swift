import Communication
import Kinetics
import MPICommunication
import Records
import Studies

/// The file of results of `tgge extrapolate`: a row for each size, and the limit.
struct ExtrapolateResults {
  private let result: ExtrapolateResult
  private let study: ExtrapolateStudy
  private let job: DeckRun

  /// Takes what was found.
  init(_ result: ExtrapolateResult, _ study: ExtrapolateStudy, _ job: DeckRun) {
    self.result = result
    self.study = study
    self.job = job
  }

  /// Writes the file.
  ///
  /// Collective.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  func write(to path: String, over communicator: MPICommunicator) throws {
    let file = try ResultFile.create(path, for: job, command: "extrapolate", over: communicator)
    try writeSizes(file)
    try writeLimit(file)
    try file.setAttribute("forces", result.engine)
    try file.setAttribute("wall_seconds", job.wallSeconds)
    try file.finish()
  }

  private func writeSizes(_ file: borrowing ResultFile<MPICommunicator>) throws {
    let (points, orbitals) = (result.points, study.setup.model.hamiltonian.orbitals)
    let dimension = study.setup.grid.dimension
    try file.write(
      points.flatMap { $0.extents.map { Int64($0) } },
      to: "sizes/cells",
      shape: [points.count, dimension],
      isExtendible: true,
      ResultLabel("Number of unit cells in each direction.", axes: ["size", "direction"])
    )
    let (own, averages) = (points.map(\.observables), points.map(\.average))
    try file.write(
      own,
      to: "sizes",
      axis: "size",
      orbitals: orbitals,
      addition: " at the boundary phase of the deck"
    )
    try file.write(
      averages,
      to: "sizes",
      axis: "size",
      orbitals: orbitals,
      prefix: "average_",
      addition: ", averaged over the boundary phases"
    )
    let columns = [
      ("variation", "energy", "How far a current at some boundary phase may be from the average."),
      ("second_variation", "energy", "Second harmonic of the currents in the boundary phase."),
      ("residual", "1", "Largest residual of a mode, of all boundary phases."),
    ]
    let values = [
      points.map(\.variation), points.map(\.secondVariation), points.map(\.residual),
    ]
    for ((name, unit, description), values) in zip(columns, values) {
      let label = ResultLabel(description, unit: unit, axes: ["size"])
      try file.write(values, to: "sizes/" + name, isExtendible: true, label)
    }
    try file.write(
      points.map { hexadecimal($0.digest) },
      to: "sizes/digest",
      ResultLabel("Fingerprint of lambda at the boundary phase of the deck.", axes: ["size"])
    )
  }

  private func writeLimit(_ file: borrowing ResultFile<MPICommunicator>) throws {
    let orbitals = study.setup.model.hamiltonian.orbitals
    let addition = " for infinitely many cells"
    try file.write(
      [result.limit],
      to: "limit",
      axis: nil,
      orbitals: orbitals,
      addition: addition
    )
    func write<Element: ResultElement>(
      _ value: Element,
      _ name: String,
      _ description: String,
      unit: String = "1"
    ) throws {
      let label = ResultLabel(description, unit: unit)
      try file.write([value], to: "limit/" + name, shape: [], label)
    }
    try write(result.error, "error", "How far a current of the limit may be off.", unit: "energy")
    // Where all sizes agree to rounding nothing decays.
    let decay = "Decay rate kappa of the finite-size error exp(-kappa L), NaN where it is not seen."
    try write(result.decayRate ?? .nan, "decay_rate", decay, unit: "1/cell")
    try write(
      result.scale,
      "scale",
      "Bound of the velocities, which the tolerance is relative to.",
      unit: "energy"
    )
    try write(study.tolerance, "tolerance", "The relative error that was wanted.")
    let length = Int64(result.lengthForTolerance)
    try write(length, "length_for_tolerance", "Cells with which the error meets the tolerance.")
    try write(Int64(study.twists), "twists", "Boundary phases in each direction.")
  }
}
