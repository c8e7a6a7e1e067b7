import Dissipation
import VectorMath

/// The symmetric factor S(k,q) of a part of a kernel.
protocol PairModulation {
  /// Whether S is 1 everywhere, and need not be multiplied with.
  static var isTrivial: Bool { get }

  /// Writes S between the sources of a block and one of the four sinks.
  func tabulate(sink: Int, into target: UnsafeMutablePointer<Double>)
}

/// S = 1.
struct NoModulation: PairModulation {
  @inline(__always) static var isTrivial: Bool { true }
  func tabulate(sink: Int, into target: UnsafeMutablePointer<Double>) {}
}

/// S = (x/2)/sinh(x/2), x = y_k − y_q.
struct OhmicModulation: PairModulation {
  @inline(__always) static var isTrivial: Bool { false }
  /// y of the sources in the block.
  let sources: UnsafePointer<Double>
  /// y of the four sinks.
  let sinks: UnsafePointer<Double>

  func tabulate(sink: Int, into target: UnsafeMutablePointer<Double>) {
    tabulateExponentials(sink: sink, into: target)
    tabulateFromExponentials(sink: sink, into: target)
  }

  /// t = e^{−|x|/2}; in a loop of its own, where the compiler inlines the exponential.
  @inline(never)
  private func tabulateExponentials(sink: Int, into target: UnsafeMutablePointer<Double>) {
    var source = 0
    while source < PairSum.block {
      target.store(exponential(distance(source, sink) * -0.5), at: source)
      source &+= Vector.scalarCount
    }
  }

  /// S = |x| t/(1 − t²) in place of t.
  @inline(never)
  private func tabulateFromExponentials(sink: Int, into target: UnsafeMutablePointer<Double>) {
    var source = 0
    while source < PairSum.block {
      let x = distance(source, sink)
      let t = target.vector(at: source)
      let far = x * t / (1 - t * t)
      // For |x| < 1 the inverse of sinh(y)/y = Σ y^2j/(2j + 1)!, y = x/2; the next term is below 3e-18.
      let z = x * x * 0.25
      var series = Vector(repeating: 1 / 1_307_674_368_000)
      series = multiplyAdd(series, z, Vector(repeating: 1 / 6_227_020_800))
      series = multiplyAdd(series, z, Vector(repeating: 1 / 39_916_800))
      series = multiplyAdd(series, z, Vector(repeating: 1 / 362_880))
      series = multiplyAdd(series, z, Vector(repeating: 1 / 5040))
      series = multiplyAdd(series, z, Vector(repeating: 1 / 120))
      series = multiplyAdd(series, z, Vector(repeating: 1.0 / 6))
      series = multiplyAdd(series, z, Vector(repeating: 1))
      target.store(far.replacing(with: 1 / series, where: x .< Vector(repeating: 1)), at: source)
      source &+= Vector.scalarCount
    }
  }

  /// |x| between eight sources and a sink.
  @inline(__always)
  private func distance(_ source: Int, _ sink: Int) -> Vector {
    magnitude(sources.vector(at: source) - Vector(repeating: sinks[sink]))
  }
}

/// S = sinh(1/ξ)/(2 sinh²(1/(2ξ)) + 2 sin²((k − q)/2)).
struct CorrelatedModulation: PairModulation {
  @inline(__always) static var isTrivial: Bool { false }
  /// cos(k/2) of the sources in the block; a block later, sin(k/2).
  let sources: UnsafePointer<Double>
  /// cos(q/2) of the four sinks, then sin(q/2).
  let sinks: UnsafePointer<Double>
  /// sinh(1/ξ)/2 and sinh²(1/(2ξ)).
  let height: Double
  let width: Double

  @inline(never)
  func tabulate(sink: Int, into target: UnsafeMutablePointer<Double>) {
    var source = 0
    while source < PairSum.block {
      target.store(value(source, sink), at: source)
      source &+= Vector.scalarCount
    }
  }

  /// S between the eight sources from `source` on and one sink.
  @inline(__always)
  private func value(_ source: Int, _ sink: Int) -> Vector {
    let cosine = sources.vector(at: source)
    let sine = sources.vector(at: PairSum.block &+ source)
    let difference = sine * sinks[sink] - cosine * sinks[PairSum.sinks &+ sink]
    return Vector(repeating: height) / multiplyAdd(difference, difference, Vector(repeating: width))
  }
}
