import VectorMath

/// λ of the owned modes in a pass.
struct StateVector {
  /// λ of the first owned mode, or where it is not kept of the first tabulated one; room for whole vectors.
  let pointer: UnsafeMutablePointer<Double>

  /// Whether λ is given, and not what the moments imply.
  var isGiven: Bool

  /// Whether all owned modes have a place; otherwise those that are tabulated at a time take that of the ones before.
  var isKept = true

  /// The place of the first owned mode among all modes of all ranks.
  var first: Int

  /// What is taken down of it.
  var recorded: RecordedLambda

  /// λ of a mode by its place among the owned modes and among those that are tabulated; then that of those behind it.
  func pointer(at place: Int, tabulated index: Int) -> UnsafeMutablePointer<Double> {
    pointer + (isKept ? place : index)
  }

  /// Takes the recorded modes down among those that have just been tabulated.
  mutating func record(_ modes: Range<Int>) {
    recorded.take(modes, from: pointer(at: modes.lowerBound, tabulated: 0))
  }
}

/// λ of some modes, taken down as a pass over all of them goes by.
struct RecordedLambda {
  /// Bits of λ in the order of the request, zeros for modes of other ranks.
  private(set) var bits: [UInt64]

  /// The owned ones in ascending order, by their place among the owned modes and in the request.
  private let wanted: [(place: Int, index: Int)]
  private var next = 0

  /// - Parameters:
  ///   - modes: Modes of any ranks, in any order.
  ///   - owned: Those of this rank.
  init(_ modes: [Int], owned: Range<Int>) {
    bits = [UInt64](repeating: 0, count: modes.count)
    wanted = modes.enumerated().filter { owned.contains($1) }
      .map { ($1 - owned.lowerBound, $0) }.sorted { $0.place < $1.place }
  }

  /// Takes those of a range down, which follows the range before.
  ///
  /// - Parameters:
  ///   - range: Places among the owned modes.
  ///   - lambda: λ of the first of them.
  mutating func take(_ range: Range<Int>, from lambda: UnsafePointer<Double>) {
    while next < wanted.count, wanted[next].place < range.upperBound {
      let (place, index) = wanted[next]
      bits[index] = lambda[place - range.lowerBound].bitPattern
      next += 1
    }
  }
}
