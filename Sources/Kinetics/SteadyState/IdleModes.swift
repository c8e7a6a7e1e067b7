import VectorMath

/// λ that modes without any rate keep: that of the initial state.
struct IdleModes: ~Copyable {
  /// λ of the owned modes, or nothing where it is the same for all.
  private let values: AlignedVector
  private let value: Double

  /// The number of modes that this rank owns.
  let count: Int

  /// The same λ for all modes.
  init(_ lambda: Double, count: Int) {
    values = AlignedVector(count: 0)
    value = lambda
    self.count = count
  }

  /// λ mode by mode.
  init(_ lambda: borrowing AlignedVector) {
    values = AlignedVector(count: lambda.count)
    values.copy(from: lambda)
    value = 0
    count = lambda.count
  }

  /// λ of eight modes; zeros beyond the owned ones.
  func lambda(at index: Int) -> Vector {
    var lambda = Vector(repeating: value)
    if values.count > 0 { lambda = values.pointer.vector(at: index) }
    return lambda.replacing(with: 0, where: .!isMode(index))
  }

  /// n and h of eight modes; no occupation beyond the owned ones.
  func occupations(at index: Int) -> (occupation: Vector, vacancy: Vector) {
    let (n, h) = Kinetics.occupations(lambda(at: index))
    return (n.replacing(with: 0, where: .!isMode(index)), h)
  }

  /// Which of eight places are modes.
  func isMode(_ index: Int) -> SIMDMask<SIMD8<Int64>> {
    (SIMD8<Int64>(0, 1, 2, 3, 4, 5, 6, 7) &+ Int64(index)) .< SIMD8(repeating: Int64(count))
  }
}
