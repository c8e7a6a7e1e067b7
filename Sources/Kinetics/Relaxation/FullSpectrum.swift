import Communication
import Dissipation
import VectorMath

extension RelaxationSpectrum {
  /// The most modes whose whole spectrum is computed.
  public static let mostModes = 4096

  /// The relaxation rates of any kernel at a steady state, from all of them.
  ///
  /// Collective.
  ///
  /// The first rank builds the Jacobian from its definition and LAPACK finds its eigenvalues (dgeev):
  ///
  ///     ∂ṅ_q/∂n_k = (εJ/N) [W(k→q) h_q + W(q→k) n_q] − εJ (in_q + out_q) δ_qk
  ///
  /// Rows and columns are scaled by √(n h), which makes the matrix symmetric where a thermal bath acts alone,
  /// and ordered by their rates, largest first: so dgeev is accurate for small rates beside large ones.
  ///
  /// - Parameters:
  ///   - count: How many of the slowest are wanted, and judged.
  ///   - kernel: The kernel over all modes; called on the first rank only, must not communicate.
  ///   - lambda: λ of the owned modes, steady.
  ///   - partition: Who owns which modes.
  ///   - communicator: The ranks.
  /// - Returns: The rates in units of εJ, the same on all ranks.
  /// - Throws: What `kernel` throws; `NumericalError` if LAPACK fails or finds rates that are none, alike on all ranks;
  ///   `CommunicationError` if a collective fails.
  /// - Complexity: about 25 M³ multiplications and 32 M² bytes on the first rank.
  public static func all(
    slowest count: Int = .max,
    of kernel: () throws -> RateKernel,
    at lambda: borrowing AlignedVector,
    partition: Partition,
    over communicator: some Communicator
  ) throws -> RelaxationSpectrum {
    var values = [Double](repeating: 0, count: partition.modes)
    for (index, mode) in partition.owned.enumerated() { values[mode] = lambda[index] }
    var span = values.mutableSpan
    try communicator.gather(&span, layout: partition.layout)

    var spectrum = RelaxationSpectrum()
    var numbers = [Double](repeating: 0, count: 5 + 3 * partition.modes)
    var reason: [UInt8] = []
    try communicator.agree {
      guard communicator.rank == 0 else { return }
      let jacobian = Jacobian(of: try kernel(), at: values, momenta: partition.momenta)
      do throws(NumericalError) {
        spectrum = try jacobian.spectrum(count)
      } catch .spectrum(let text) {
        reason = Array(text.utf8)
      }
    }
    try communicator.broadcast(&reason, from: 0)
    guard reason.isEmpty else {
      throw NumericalError.spectrum(String(decoding: reason, as: UTF8.self))
    }
    spectrum.write(to: &numbers)
    span = numbers.mutableSpan
    try communicator.broadcast(&span, from: 0)
    return RelaxationSpectrum(reading: numbers)
  }

  private func write(to numbers: inout [Double]) {
    let head = [
      Double(rates.count), Double(idleModes), Double(conservedQuantities),
      slowest?.participation ?? 0, Double(slowest?.peak ?? 0),
    ]
    let values = head + rates.flatMap { [$0.real, $0.imaginary, $0.residual] }
    for (index, value) in values.enumerated() { numbers[index] = value }
  }

  private init(reading numbers: [Double]) {
    idleModes = Int(numbers[1])
    conservedQuantities = Int(numbers[2])
    rates = (0..<Int(numbers[0])).map { index in
      let place = 5 + 3 * index
      return RelaxationRate(
        real: numbers[place],
        imaginary: numbers[place + 1],
        residual: numbers[place + 2]
      )
    }
    if !rates.isEmpty {
      slowest = RelaxationState(participation: numbers[3], peak: Int(numbers[4]))
    }
  }
}
