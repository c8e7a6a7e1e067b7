import VectorMath

/// What one pass over the modes does in a stage of an explicit step.
///
/// An engine stands in a state λ_i, whose gains and losses it knows. A pass writes k_i = λ̇(λ_i), moves to
///
///     λ_(i+1) = λ + Σ_j w_j k_j,
///
/// and gathers in one collective what it needs to know there. The last pass of a step also keeps its state
/// and sums the squares of both error estimates over the tolerances.
public struct StagePass {
  /// s = εJ/N.
  package let scale: Double

  /// Where k_i goes; `nil` if it is known, or not wanted.
  package let slope: UnsafeMutablePointer<Double>?

  /// Where to go next; `nil` to stay.
  package let next: Destination?

  package init(
    scale: Double,
    slope: UnsafeMutablePointer<Double>?,
    next: Destination? = nil
  ) {
    self.scale = scale
    self.slope = slope
    self.next = next
  }

  /// The next state.
  package struct Destination {
    /// λ at the beginning of the step.
    package let base: UnsafePointer<Double>

    /// Σ_j w_j k_j.
    package let terms: Combination

    /// Where the state is kept, at the end of a step.
    package let end: UnsafeMutablePointer<Double>?

    /// The error estimates, at the end of a step.
    package let errors: ErrorEstimates?
  }

  /// A sum Σ_j w_j k_j; the tables belong to the stepper.
  package struct Combination {
    package let tables: UnsafeMutablePointer<UnsafePointer<Double>>
    package let weights: UnsafeMutablePointer<Double>
    package let count: Int

    /// Adds the sum for eight modes to a vector.
    @inline(__always)
    package func added(to vector: Vector, at index: Int) -> Vector {
      var sum = vector
      var term = 0
      while term < count {
        sum = multiplyAdd(tables[term].vector(at: index), Vector(repeating: weights[term]), sum)
        term &+= 1
      }
      return sum
    }

    /// Writes `base` plus the sum for a tile, four vectors at a time.
    @inline(__always)
    package func add(
      to base: UnsafePointer<Double>,
      from start: Int,
      count size: Int,
      into target: UnsafeMutablePointer<Double>
    ) {
      let lanes = Vector.scalarCount
      var index = 0
      while index &+ 4 * lanes <= size {
        let place = base + start + index
        var (a, b) = (place.vector(at: 0), place.vector(at: lanes))
        var (c, d) = (place.vector(at: 2 * lanes), place.vector(at: 3 * lanes))
        var term = 0
        while term < count {
          let weight = Vector(repeating: weights[term])
          let table = tables[term] + start + index
          a = multiplyAdd(table.vector(at: 0), weight, a)
          b = multiplyAdd(table.vector(at: lanes), weight, b)
          c = multiplyAdd(table.vector(at: 2 * lanes), weight, c)
          d = multiplyAdd(table.vector(at: 3 * lanes), weight, d)
          term &+= 1
        }
        target.store(a, at: index)
        target.store(b, at: index &+ lanes)
        target.store(c, at: index &+ 2 * lanes)
        target.store(d, at: index &+ 3 * lanes)
        index &+= 4 * lanes
      }
      while index < size {
        let place = start &+ index
        target.store(added(to: base.vector(at: place), at: place), at: index)
        index &+= lanes
      }
    }
  }

  /// Both error estimates, Σ_j e_j k_j each, over absolute + relative · |λ|.
  package struct ErrorEstimates {
    package let first: Combination
    package let second: Combination
    package let absolute: Double
    package let relative: Double

    /// The squares of both for eight modes.
    @inline(__always)
    package func squares(before: Vector, after: Vector, at index: Int) -> (
      first: Vector, second: Vector
    ) {
      let size = larger(magnitude(before), magnitude(after))
      let tolerance = multiplyAdd(
        size,
        Vector(repeating: relative),
        Vector(repeating: absolute)
      )
      let one = first.added(to: .zero, at: index) / tolerance
      let other = second.added(to: .zero, at: index) / tolerance
      return (one * one, other * other)
    }
  }
}
