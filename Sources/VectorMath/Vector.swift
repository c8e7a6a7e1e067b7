import CProcessor

/// Eight doubles: one AVX-512 register, two AVX ones, four of SSE2 or NEON.
///
/// Loops over modes use this type everywhere, whatever the processor: the lanes fix the order of
/// summation, so that the bits do not depend on the width of the registers.
public typealias Vector = SIMD8<Double>

extension Int {
  /// This count rounded up to whole vectors.
  @inlinable
  public var roundedUpToVectors: Int {
    (self + Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount
  }
}

/// Returns a·b + c, fused where this build has the instruction.
///
/// Without it (no `-march`), `addingProduct` would call libm once for each lane.
@inlinable @inline(__always)
public func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
  if tgge_processor_compiled_with_fma() { return c.addingProduct(a, b) }
  return a * b + c
}

/// |x| of each lane.
@inlinable @inline(__always)
public func magnitude(_ vector: Vector) -> Vector {
  vector.replacing(with: -vector, where: vector .< Vector.zero)
}

/// The larger of two numbers in each lane; the first where one is not a number.
@inlinable @inline(__always)
public func larger(_ first: Vector, _ second: Vector) -> Vector {
  first.replacing(with: second, where: second .> first)
}

extension UnsafePointer where Pointee == Double {
  /// The eight doubles that begin at element `index`.
  @inlinable @inline(__always)
  public func vector(at index: Int) -> Vector {
    UnsafeRawPointer(self + index).loadUnaligned(as: Vector.self)
  }

  /// The doubles that begin at element `index` of so many, with zeros beyond the last.
  @inlinable @inline(__always)
  public func vector(at index: Int, of count: Int) -> Vector {
    if count - index >= Vector.scalarCount { return vector(at: index) }
    var lanes = Vector.zero
    for lane in 0..<count - index { lanes[lane] = self[index + lane] }
    return lanes
  }
}

extension UnsafeMutablePointer where Pointee == Double {
  /// The eight doubles that begin at element `index`.
  @inlinable @inline(__always)
  public func vector(at index: Int) -> Vector {
    UnsafeRawPointer(self + index).loadUnaligned(as: Vector.self)
  }

  /// Stores eight doubles from element `index` on.
  @inlinable @inline(__always)
  public func store(_ vector: Vector, at index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: vector, as: Vector.self)
  }
}
