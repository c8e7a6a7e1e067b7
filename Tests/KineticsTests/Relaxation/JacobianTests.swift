import Communication
import Dissipation
import Kinetics
import Lattice
import TestSupport
import Testing
import VectorMath

@Suite("The Jacobian of the rate equation")
struct JacobianTests {
  /// dn/dt·N/(εJ) at some λ.
  private func slopes(_ kernel: RateKernel, _ lambda: [Double], _ partition: Partition) throws
    -> [Double]
  {
    let world = SerialCommunicator()
    var engine = DirectForce(kernel: kernel, partition: partition, communicator: world)
    var gain = AlignedVector(count: lambda.count)
    var loss = AlignedVector(count: lambda.count)
    try engine.rates(at: AlignedVector(lambda), gain: &gain, loss: &loss)
    return lambda.indices.map { mode in
      let (n, h) = occupations(lambda[mode])
      return h * gain[mode] - n * loss[mode]
    }
  }

  @Test("It is what differences of the forces say", arguments: [UInt64](0..<3))
  func differences(seed: UInt64) throws {
    let random = try RandomModel(dimension: 1, orbitals: 2, beta: 1.2, seed: seed)
    let kernel = try random.kernel
    let partition = Partition(
      momenta: random.grid.count,
      bands: 2,
      over: SerialCommunicator()
    )
    var generator = SeededGenerator(seed: seed)
    let lambda = (0..<partition.modes).map { _ in Double.random(in: -2...2, using: &generator) }
    let jacobian = Jacobian(of: kernel, at: lambda, momenta: partition.momenta)
    let size = jacobian.matrix.largest
    for (column, k) in jacobian.modes.enumerated() {
      let (n, h) = occupations(lambda[k])
      // Central differences of fourth order in λ, whose step is −χ dλ = dn.
      let step = 1e-2
      func shifted(_ steps: Double) throws -> [Double] {
        var moved = lambda
        moved[k] += steps * step
        return try slopes(kernel, moved, partition)
      }
      let (a, b, c, d) = (try shifted(-2), try shifted(-1), try shifted(1), try shifted(2))
      for (row, q) in jacobian.modes.enumerated() {
        let difference = (8 * (c[q] - b[q]) - (d[q] - a[q])) / (12 * step)
        let slope = difference / (-n * h) / Double(partition.momenta)
        let (nq, hq) = occupations(lambda[q])
        let scaled = jacobian.matrix[row, column] * ((nq * hq) / (n * h)).squareRoot()
        #expect(abs(-slope - scaled) < 1e-8 * size)
      }
    }
  }

  @Test("The columns add up to zero: particles are conserved")
  func conservation() throws {
    let random = try RandomModel(dimension: 2, orbitals: 2, beta: 1.2, seed: 5)
    let kernel = try random.kernel
    let modes = random.grid.count * 2
    let lambda = (0..<modes).map { Double($0 % 7) / 2 - 1.5 }
    let jacobian = Jacobian(of: kernel, at: lambda, momenta: random.grid.count)
    for column in jacobian.modes.indices {
      let sum = jacobian.modes.indices.reduce(0.0) { sum, row in
        let (n, h) = occupations(lambda[jacobian.modes[row]])
        return sum + jacobian.matrix[row, column] * (n * h).squareRoot()
      }
      #expect(abs(sum) < 1e-13 * jacobian.matrix.largest)
    }
  }

  @Test("D − U Vᵀ of the moments is the same matrix", arguments: [UInt64](0..<3))
  func lowRank(seed: UInt64) throws {
    let random = try RandomModel(dimension: 1, orbitals: 2, beta: 1.2, seed: seed)
    let kernel = try random.kernel
    let world = SerialCommunicator()
    let partition = Partition(momenta: random.grid.count, bands: 2, over: world)
    let lambda = (0..<partition.modes).map { Double($0 * 5 % 11) / 3 - 1.5 }
    let jacobian = Jacobian(of: kernel, at: lambda, momenta: partition.momenta)
    let matrix = try RelaxationMatrix(
      of: kernel.separable,
      at: AlignedVector(lambda),
      partition: partition,
      over: world
    )
    for (row, q) in jacobian.modes.enumerated() {
      for (column, k) in jacobian.modes.enumerated() {
        var element = q == k ? matrix.rates[q] : 0
        for a in 0..<matrix.width { element -= matrix.left(a)[q] * matrix.right(a)[k] }
        let (nq, hq) = occupations(lambda[q])
        let (nk, hk) = occupations(lambda[k])
        let scaled = jacobian.matrix[row, column] * ((nq * hq) / (nk * hk)).squareRoot()
        #expect(abs(element - scaled) < 1e-13 * jacobian.matrix.largest)
      }
    }
  }
}

/// n and h of one mode.
private func occupations(_ lambda: Double) -> (occupation: Double, vacancy: Double) {
  let (n, h) = occupations(Vector(repeating: lambda))
  return (n[0], h[0])
}
