import Communication
import Dissipation
import RealModule
import VectorMath

/// The modes of a lattice, taken through steps whose moments are known from elsewhere.
///
/// Each tile takes all steps by itself, in the first-level cache: what it sums on the way are the moments at
/// the ends of the steps, which must be those that were assumed. They differ by what the sums over two lattices
/// differ in, a smooth function of time, so that those at the ends tell.
struct DrivenModes: ~Copyable {
  /// The tables of the owned modes.
  let kernel: ScaledKernel

  /// λ of the owned modes at the beginning.
  private(set) var lambda: AlignedVector

  /// λ at the end of the steps, until it is accepted.
  private(set) var next: AlignedVector

  /// The number of momenta of all ranks.
  let momenta: Int

  /// εJ.
  let rate: Double

  private let system = StageSystem()
  private var sums: FixedPointSums
  /// For each step, stage and channel the factors of g_r in h · gain and of f_r in h · loss.
  private let rates: AlignedVector
  private let shifts: AlignedVector
  /// n of a tile, then h.
  private let tile = AlignedVector(count: 2 * ScaledKernel.tile)

  /// Prepares steps.
  ///
  /// - Parameters:
  ///   - kernel: The tables of the owned modes.
  ///   - lambda: λ of the owned modes.
  ///   - momenta: N of all ranks.
  ///   - rate: εJ.
  ///   - limit: The largest number of steps at a time.
  init(
    kernel: consuming ScaledKernel,
    from lambda: consuming AlignedVector,
    momenta: Int,
    rate: Double,
    limit: Int
  ) {
    let count = 2 * kernel.channels
    next = AlignedVector(count: lambda.count)
    sums = FixedPointSums(count: limit * count)
    rates = AlignedVector(count: limit * RadauMethod.stages * count)
    shifts = AlignedVector(count: limit * count)
    self.momenta = momenta
    self.rate = rate
    self.kernel = kernel
    self.lambda = lambda
  }

  /// 2R.
  var moments: Int { 2 * kernel.channels }

  /// Hands the tables and λ to `body`, at the end of these modes.
  consuming func taken<Result: ~Copyable>(
    _ body: (consuming ScaledKernel, consuming AlignedVector) -> Result
  ) -> Result {
    body(kernel, lambda)
  }

  /// Makes the end of the steps the beginning of the next ones.
  mutating func accept() { swap(&lambda, &next) }

  /// Takes all modes through the steps.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - steps: The steps, not more than the limit.
  ///   - communicator: The ranks.
  /// - Returns: By how much the moments at the ends of the steps deviate from those assumed, relative to the mean
  ///   magnitude of their terms; infinite where n or h has left 0 … 1.
  /// - Throws: `CommunicationError` if the reduction fails.
  /// - Complexity: one pass, one Allreduce of 4R exact sums for each step of the limit, and one integer more.
  mutating func take(
    _ steps: borrowing MomentSteps,
    over communicator: some Communicator
  ) throws(CommunicationError) -> Double {
    setRates(steps)
    sums.reset()
    for start in stride(from: 0, to: lambda.paddedCount, by: ScaledKernel.tile) {
      let size = min(ScaledKernel.tile, lambda.paddedCount - start)
      switch kernel.channels {
      case 1: takeTile(start, size, steps: steps.count, channels: 1)
      case 2: takeTile(start, size, steps: steps.count, channels: 2)
      case let count where count > 0:
        takeTile(start, size, steps: steps.count, channels: count)
      default: (next.pointer + start).update(from: lambda.pointer + start, count: size)
      }
    }
    try sums.reduce(over: communicator)
    return deviation(from: steps)
  }

  /// Sets the factors of the tables in all stages of all steps.
  private func setRates(_ steps: borrowing MomentSteps) {
    var place = 0
    for step in 0..<steps.count {
      for stage in 0..<RadauMethod.stages {
        for moment in 0..<moments {
          let value = steps.moment(moment, step: step, stage: stage) / kernel.scales[moment]
          rates[place] = steps.lengths[step] * rate * kernel.couplings[moment / 2] * value
          place += 1
        }
      }
      for moment in 0..<moments {
        let top = steps.tops[step * moments + moment] / kernel.scales[moment]
        // Twice the largest term of the other lattice.
        let exponent = top > 0 ? Int(top.exponent) + 2 : 0
        shifts[step * moments + moment] = FixedPointSums.shift(exponent: exponent)
      }
    }
  }

  /// Takes a tile through all steps.
  @inline(__always)
  private mutating func takeTile(_ start: Int, _ size: Int, steps: Int, channels: Int) {
    let n = tile.pointer
    let h = n + ScaledKernel.tile
    for index in stride(from: 0, to: size, by: Vector.scalarCount) {
      let (occupation, vacancy) = occupations(lambda.pointer.vector(at: start + index))
      n.store(occupation, at: index)
      h.store(vacancy, at: index)
    }
    var lowest = Vector(repeating: 1)
    for step in 0..<steps {
      let reached = system.advance(
        rates.pointer + step * RadauMethod.stages * 2 * channels,
        factors: kernel.table(0, from: start),
        stride: kernel.stride,
        channels: channels,
        n,
        count: size
      )
      lowest = lowest.replacing(with: reached, where: reached .< lowest)
      for moment in 0..<2 * channels {
        let place = step * 2 * channels + moment
        sums.add(
          place,
          kernel.table(moment, from: start),
          moment % 2 == 0 ? n : h,
          shift: shifts[place],
          count: size
        )
      }
    }
    var poison = Vector.zero
    for index in stride(from: 0, to: size, by: Vector.scalarCount) {
      let old = lambda.pointer.vector(at: start + index)
      let new = Kinetics.lambda(n.vector(at: index), h.vector(at: index), after: old)
      next.pointer.store(new, at: start + index)
      poison += new * 0
    }
    if !(lowest.min() > 0 && poison == .zero) { sums.flag() }
  }

  /// The largest relative deviation of a moment at the end of a step.
  private func deviation(from steps: borrowing MomentSteps) -> Double {
    guard sums.isValid else { return .infinity }
    var largest = 0.0
    for step in 0..<steps.count {
      for moment in 0..<moments where kernel.couplings[moment / 2] != 0 {
        let place = step * moments + moment
        let sum = sums.value(place, shift: shifts[place])
        let found = sum * kernel.scales[moment] / Double(momenta)
        let assumed = steps.moment(moment, step: step, stage: RadauMethod.stages - 1)
        let difference = abs(found - assumed)
        guard difference > 0 else { continue }
        let ratio = difference / steps.sizes[place]
        largest = ratio.isNaN ? .infinity : max(largest, ratio)
      }
    }
    return largest
  }
}

/// λ = ln(h/n) of eight modes that had another λ; where n and h have not changed, as without any rate, it is kept bit
/// for bit.
@inline(__always)
func lambda(_ n: Vector, _ h: Vector, after old: Vector) -> Vector {
  let (occupation, vacancy) = occupations(old)
  return logarithm(h / n).replacing(with: old, where: (n .== occupation) .& (h .== vacancy))
}

/// λ of a lattice that all ranks know.
extension DrivenModes {
  /// λ at the end of the steps.
  var nextValues: [Double] { Array(next.buffer) }

  /// Sets λ at the end of the steps.
  func setNext(_ values: ArraySlice<Double>) {
    for (index, value) in values.enumerated() { next[index] = value }
  }

  /// Appends λ.
  func save(to words: inout StateWords) {
    for index in 0..<lambda.count { words.append(lambda[index]) }
  }

  /// Takes over what `save` has appended.
  func restore(_ words: inout StateWords) throws(StateError) {
    for index in 0..<lambda.count { lambda[index] = try words.takeDouble() }
  }
}
