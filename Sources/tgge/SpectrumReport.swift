import Foundation
import Records
import Studies

/// What `tgge spectrum` has to say, with the keys of its JSON.
struct SpectrumReport: JSONReport {
  /// One relaxation rate.
  struct Rate: Encodable {
    /// The rate of decay, an energy.
    let re: Double
    /// The frequency of oscillation, an energy.
    let im: Double
    /// |𝒥 v + μ v|/(|μ| |v|).
    let residual: Double
  }

  /// Where the slowest state is.
  struct State: Encodable {
    let participation: Double
    let momentum: Components
    let band: Int
  }

  let command = "spectrum"
  let modes: [Int]
  let totalModes: Int
  let bands: Int
  let ranks: Int
  let forces: String
  let filling: Double
  let digest: String
  /// ε, which is in the rates.
  let coupling: Double
  /// Slowest first, without those of conserved quantities and of modes without any rate.
  let rates: [Rate]
  /// The slowest rate; not there where nothing relaxes.
  let gap: Double?
  let slowest: State?
  /// Whether these are all rates of the whole Jacobian.
  let complete: Bool
  let conservedQuantities: Int
  let idleModes: Int
  /// Of the steady state.
  let residual: Double
  let wallSeconds: Double

  init(
    _ result: SpectrumResult,
    _ study: SpectrumStudy,
    _ deck: Deck,
    ranks: Int,
    wallSeconds: Double
  ) {
    let spectrum = result.spectrum
    let bands = study.setup.bands
    modes = deck.lattice.modes
    totalModes = study.setup.modes
    self.bands = bands
    self.ranks = ranks
    forces = result.steady.engine
    filling = result.steady.observables.filling
    digest = hexadecimal(result.steady.digest)
    coupling = study.setup.model.coupling
    rates = spectrum.rates.map { rate in
      Rate(re: result.unit * rate.real, im: result.unit * rate.imaginary, residual: rate.residual)
    }
    gap = result.gap
    slowest = spectrum.slowest.map { state in
      State(
        participation: state.participation,
        momentum: Components(study.setup.grid.momentum(at: state.peak / bands)),
        band: state.peak % bands
      )
    }
    complete = result.isComplete
    conservedQuantities = spectrum.conservedQuantities
    idleModes = spectrum.idleModes
    residual = result.steady.certificate.residual
    self.wallSeconds = wallSeconds
  }

  /// Writes a table for people to standard output.
  func printTable() {
    let isReal = rates.allSatisfy { $0.im == 0 }
    var rows = [["rate", "rate/ε"] + (isReal ? [] : ["frequency"]) + ["residual"]]
    for rate in rates {
      let frequency = isReal ? [] : [digits(rate.im)]
      let residual = String(format: "%.1e", rate.residual)
      rows.append([digits(rate.re), digits(rate.re / coupling)] + frequency + [residual])
    }
    printColumns(rows)
    print("\ngap \(gap.map(digits) ?? "none")", terminator: "")
    if let slowest {
      let place = LambdaEntry.place(slowest.momentum)
      print(
        "; the slowest state is spread over \(String(format: "%.3g", slowest.participation)) modes, "
          + "the largest at the momentum \(place)\(bands > 1 ? ", band \(slowest.band)" : "")",
        terminator: ""
      )
    }
    print(
      "\n\(totalModes) modes on \(Summary.ranks(ranks)), \(forces) forces; steady "
        + "state to \(String(format: "%.1e", residual)), digest \(digest), "
        + "\(ProgressLine.duration(wallSeconds))"
    )
  }
}
