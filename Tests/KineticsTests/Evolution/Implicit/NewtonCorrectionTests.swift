import Communication
import ComplexModule
import Dissipation
import Kinetics
import Lattice
import TestSupport
import Testing
import VectorMath

/// The linear algebra of implicit steps against dense matrices made from W(k→q) by pairs.
@Suite("Newton correction")
struct NewtonCorrectionTests {
  /// λ̇ and the Jacobian ∂λ̇/∂λ of a kernel at a state, by sums over pairs.
  private struct Dense {
    var rates: [Double] = []
    var jacobian: [[Double]] = []

    init(_ kernel: SeparableKernel, at lambda: [Double], scale: Double) {
      let (n, h) = (lambda.map { 1 / (1 + .exp($0)) }, lambda.map { 1 / (1 + .exp(-$0)) })
      let modes = lambda.indices
      for m in modes {
        let gain = modes.reduce(0) { $0 + kernel.rate(from: $1, to: m) * n[$1] }
        let loss = modes.reduce(0) { $0 + kernel.rate(from: m, to: $1) * h[$1] }
        rates.append(scale * (loss / h[m] - gain / n[m]))
        jacobian.append(
          modes.map { k in
            let variance = n[k] * h[k]
            let toward = kernel.rate(from: k, to: m) * variance / n[m]
            let away = kernel.rate(from: m, to: k) * variance / h[m]
            let own = m == k ? gain * h[m] / n[m] + loss * n[m] / h[m] : 0
            return scale * (toward + away - own)
          }
        )
      }
    }
  }

  private static func models() throws -> [DrivenModel] {
    let random = try RandomModel(dimension: 1, orbitals: 1, beta: 1.5, seed: 71)
    var twisted = DrivenModel(model: random.model, grid: random.grid)
    twisted.grid = try MomentumGrid(extents: [11], twists: [0.3])
    return [try .chain(12, beta: 5, drive: 0.5), try .rashba(5, drive: 0.6), twisted]
  }

  @Test(
    "The first iteration and the error estimate solve their dense equations to 1e-10",
    arguments: [0.01, 1, 300]
  )
  func correction(_ length: Double) throws {
    for (index, model) in try Self.models().enumerated() {
      var generator = SeededGenerator(seed: UInt64(400 + index))
      let partition = model.partition(over: SerialCommunicator())
      let lambda = generator.doubles(partition.modes, in: -3...3)
      let dense = try Dense(
        model.kernel(partition),
        at: lambda,
        scale: model.rate / Double(partition.momenta)
      )
      // With these tolerances the error is max |estimate|.
      var evolution = try ImplicitEvolution(
        kernel: model.tables(partition, over: SerialCommunicator()),
        rate: model.rate,
        from: AlignedVector(lambda),
        control: StepControl(relativeTolerance: 1e-300, absoluteTolerance: 1),
        partition: partition,
        over: SerialCommunicator()
      )
      let found = try evolution.firstCorrection(length: length)

      let stages = Self.stages(dense, length)
      let largest = stages.reduce(0) { max($0, abs($1)) }
      for (stage, values) in found.stages.enumerated() {
        for (mode, value) in values.enumerated() {
          let expected = stages[stage * lambda.count + mode]
          #expect(abs(value - expected) < 1e-10 * largest)
        }
      }
      let estimates = Self.estimates(dense, stages, length)
      let expected = estimates.reduce(0) { max($0, abs($1)) }
      // The defect is a difference of two of the size of λ̇.
      #expect(abs(found.error - expected) < 1e-10 * max(expected, largest))
    }
  }

  /// Z of (D/h ⊗ 1 − 1 ⊗ J) Z = λ̇ in all stages.
  private static func stages(_ dense: Dense, _ length: Double) -> [Double] {
    let modes = dense.rates.count
    let differentiation = RadauMethod().differentiation
    var system = ComplexSystem(size: 5 * modes)
    for row in 0..<5 * modes {
      for column in 0..<5 * modes {
        let (i, m) = row.quotientAndRemainder(dividingBy: modes)
        let (j, k) = column.quotientAndRemainder(dividingBy: modes)
        let diagonal = m == k ? differentiation[5 * i + j] / length : 0
        system[row, column] = Complex(diagonal - (i == j ? dense.jacobian[m][k] : 0))
      }
    }
    system.factor()
    return system.solution((0..<5 * modes).map { Complex(dense.rates[$0 % modes]) }).map(\.real)
  }

  /// (μ_0/h − J)⁻¹ (λ̇ − Z′(0)/h).
  private static func estimates(_ dense: Dense, _ stages: [Double], _ length: Double) -> [Double] {
    let modes = dense.rates.count
    let slope = RadauMethod().initialSlope
    var system = ComplexSystem(size: modes)
    for row in 0..<modes {
      for column in 0..<modes {
        let shift = row == column ? RadauMethod.eigenvalues[0].real / length : 0
        system[row, column] = Complex(shift - dense.jacobian[row][column])
      }
    }
    system.factor()
    let defects = (0..<modes).map { mode in
      (0..<5).reduce(dense.rates[mode]) { $0 - slope[$1] * stages[$1 * modes + mode] / length }
    }
    return system.solution(defects.map { Complex($0) }).map(\.real)
  }
}
