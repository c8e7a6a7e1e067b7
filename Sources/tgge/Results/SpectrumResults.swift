import Communication
import MPICommunication
import Records

/// The files of `tgge spectrum`, a row for each rate.
struct SpectrumResults {
  private let report: SpectrumReport
  private let job: DeckRun

  /// Takes what was found.
  init(_ report: SpectrumReport, _ job: DeckRun) {
    self.report = report
    self.job = job
  }

  /// A column of both files.
  private struct Column: Sendable {
    let title: String
    let unit: String
    let description: String
    let value: @Sendable (SpectrumReport.Rate) -> Double
  }

  private static let columns: [Column] = [
    Column(
      title: "rate",
      unit: "energy",
      description: "Rate at which a small deviation decays, with the coupling.",
      value: { $0.re }
    ),
    Column(
      title: "frequency",
      unit: "energy",
      description: "Frequency at which it oscillates.",
      value: { $0.im }
    ),
    Column(
      title: "residual",
      unit: "1",
      description: "Residual of the eigenvector, recomputed over all modes.",
      value: { $0.residual }
    ),
  ]

  /// Writes the file of results.
  ///
  /// Collective.
  ///
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  func write(to path: String, over communicator: MPICommunicator) throws {
    let file = try ResultFile.create(path, for: job, command: "spectrum", over: communicator)
    for column in SpectrumResults.columns {
      try file.write(
        report.rates.map(column.value),
        to: "spectrum/" + column.title,
        isExtendible: true,
        ResultLabel(column.description, unit: column.unit, axes: ["rate"])
      )
    }
    try file.setAttribute("complete", Int64(report.complete ? 1 : 0))
    try file.setAttribute("conserved_quantities", Int64(report.conservedQuantities))
    try file.setAttribute("idle_modes", Int64(report.idleModes))
    try file.setAttribute("forces", report.forces)
    try file.setAttribute("digest", report.digest)
    try file.setAttribute("wall_seconds", report.wallSeconds)
    try file.finish()
  }

  /// Writes the table, on the first rank.
  ///
  /// - Throws: `UsageError` if writing fails.
  func writeTable(to path: String) throws {
    let columns = SpectrumResults.columns
    let table = ColumnTable(
      columns.map { ColumnTable.Column($0.title, unit: $0.unit) },
      comment: "tgge \(Version.number) \(job.options.deck): relaxation rates, the slowest first"
    )
    var file = PartialFile(for: path)
    file.append(table.header)
    for rate in report.rates { file.append(table.row(columns.map { $0.value(rate) })) }
    try file.finish()
  }
}
