import Communication
import Dissipation
import VectorMath

extension RelaxationSpectrum {
  /// The slowest relaxation rates of a separable kernel at a steady state.
  ///
  /// Collective.
  ///
  /// Rates are the eigenvalues of D − U Vᵀ (see `RelaxationMatrix`), the zeros of a secular function that one pass
  /// over the modes reduces to a few hundred terms (see `SecularFunction`). The first rank solves the small
  /// problem for all its eigenvalues, so that none is missed; each state that is reported is then judged over
  /// all modes.
  ///
  /// - Parameters:
  ///   - count: How many rates are wanted; fewer are returned where there are no more.
  ///   - kernel: The kernel over the owned modes.
  ///   - lambda: λ of the owned modes, steady.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  /// - Returns: The rates in units of εJ, the same on all ranks.
  /// - Throws: `NumericalError` if LAPACK fails or a graded residual is above 10⁻⁸; `CommunicationError` if a
  ///   collective fails.
  /// - Complexity: 28 (2R)² exact sums over the owned modes, a sort of them, and a few passes for each rate.
  public static func slowest(
    _ count: Int,
    of kernel: SeparableKernel,
    at lambda: borrowing AlignedVector,
    partition: Partition,
    over communicator: some Communicator
  ) throws -> RelaxationSpectrum {
    let matrix = try RelaxationMatrix(
      of: kernel,
      at: lambda,
      partition: partition,
      over: communicator
    )
    var spectrum = RelaxationSpectrum()
    spectrum.idleModes = try matrix.idleModes(over: communicator)
    guard spectrum.idleModes < partition.modes else { return spectrum }

    // At most 2R rates lie below the smallest rate of a mode; more modes if these were not enough.
    var trusted = count + 2 * matrix.width + 4
    while true {
      let cells = try RateCells(matrix, count: 4 * trusted, trusted: trusted, over: communicator)
      let function = try SecularFunction(matrix, cells: cells, over: communicator)
      // The smallest one: others may be larger by any factor, on small lattices next to cold baths.
      let scale = cells.near[0].lower
      let found = try share(count, function, scale: scale, over: communicator)
      guard let found else { throw NumericalError.spectrum("LAPACK found no eigenvalues") }
      if found.states.count < count, cells.limit < .infinity {
        trusted *= 2
        continue
      }
      spectrum.conservedQuantities = found.conservedQuantities
      let listed = ReducedSpectrum.listedModes(of: function)
      for (index, state) in found.states.enumerated() {
        let certificate = try StateCertificate(
          of: state,
          listed: listed,
          matrix,
          over: communicator
        )
        try require(state.real, residual: certificate.gradedResidual)
        if index == 0 { spectrum.slowest = certificate.shape }
        spectrum.rates.append(
          RelaxationRate(
            real: state.real,
            imaginary: state.imaginary,
            residual: certificate.residual
          )
        )
      }
      return spectrum
    }
  }

  /// The largest graded residual of a result; see `StateCertificate`.
  private static let tolerance = 1e-8

  /// Refuses a state that is none, and a rate that is negative: all deviations from a steady state decay.
  ///
  /// - Parameters:
  ///   - rate: The rate.
  ///   - residual: The graded residual of its state.
  /// - Throws: `NumericalError.spectrum`, on the ranks that have these numbers.
  static func require(_ rate: Double, residual: Double) throws(NumericalError) {
    guard residual <= tolerance, rate >= 0 else {
      throw .spectrum(
        "the state of the rate \(rate)·εJ has a residual of \(residual) next to the rates of its modes; rates "
          + "above 0 and \(tolerance) are allowed; fewer rates or a smaller beta help"
      )
    }
  }

  /// The slowest states, found on the first rank.
  ///
  /// Collective.
  ///
  /// - Returns: `nil` on all ranks if LAPACK fails.
  private static func share(
    _ count: Int,
    _ function: SecularFunction,
    scale: Double,
    over communicator: some Communicator
  ) throws(CommunicationError) -> (states: [ReducedSpectrum.Eigenstate], conservedQuantities: Int)?
  {
    let listed = ReducedSpectrum.listedModes(of: function).count
    let row = 2 + 2 * function.width + 2 * listed
    var numbers = [Double](repeating: 0, count: 2 + count * row)
    numbers[0] = -1
    if communicator.rank == 0, let spectrum = ReducedSpectrum(function, scale: scale) {
      let states = spectrum.states.prefix(count)
      numbers[0] = Double(states.count)
      numbers[1] = Double(spectrum.conservedQuantities)
      for (index, state) in states.enumerated() {
        let values = [state.real, state.imaginary] + state.coefficients + state.listed
        for (place, value) in values.enumerated() { numbers[2 + index * row + place] = value }
      }
    }
    var span = numbers.mutableSpan
    try communicator.broadcast(&span, from: 0)
    guard numbers[0] >= 0 else { return nil }
    let states = (0..<Int(numbers[0])).map { index in
      let values = Array(numbers[(2 + index * row)..<(2 + (index + 1) * row)])
      return ReducedSpectrum.Eigenstate(
        real: values[0],
        imaginary: values[1],
        coefficients: Array(values[2..<2 + 2 * function.width]),
        listed: Array(values[(2 + 2 * function.width)...])
      )
    }
    return (states, Int(numbers[1]))
  }
}
