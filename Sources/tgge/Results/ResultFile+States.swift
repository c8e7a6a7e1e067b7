import Communication
import Kinetics
import MPICommunication
import Records
import VectorMath

/// λ and n of all modes, a row for each output or point.
extension ResultFile<MPICommunicator> {
  /// Creates `lambda` and `occupation` of a group, which have a row over the modes for each output or
  /// point.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - group: Where to create them.
  ///   - axis: What the rows are.
  ///   - rows: How many there are from the beginning.
  ///   - modes: M; of the largest point if there are several.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  func createStates(in group: String, axis: String, rows: Int = 0, modes: Int) throws {
    let axes = [axis, "mode"]
    try createRows(
      group + "/lambda",
      of: Double.self,
      rows: rows,
      row: [modes],
      ResultLabel("Lagrange parameter of each mode, ln((1 - n)/n).", axes: axes)
    )
    try createRows(
      group + "/occupation",
      of: Double.self,
      rows: rows,
      row: [modes],
      ResultLabel("Occupation of each mode, 1/(1 + exp(lambda)).", axes: axes)
    )
  }

  /// Appends a state to `lambda` and `occupation` of a group.
  ///
  /// Collective.
  func appendState(
    _ lambda: borrowing AlignedVector,
    to group: String,
    partition: Partition
  ) throws {
    let occupation = occupation(of: lambda)
    let owned = partition.owned
    try append(UnsafeBufferPointer(lambda.buffer), to: group + "/lambda", owned: owned)
    try append(UnsafeBufferPointer(occupation.buffer), to: group + "/occupation", owned: owned)
  }

  /// Writes a state to a row of `lambda` and `occupation` of a group.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - lambda: λ of the owned modes.
  ///   - group: Where to write it.
  ///   - row: The row.
  ///   - owned: The modes of this rank; none on ranks that have no part in the state.
  /// - Throws: `RecordError` or `RemoteFailure` if writing fails.
  func writeState(
    _ lambda: borrowing AlignedVector,
    to group: String,
    row: Int,
    owned: Range<Int>
  ) throws {
    let occupation = occupation(of: lambda)
    for (name, values) in [("/lambda", lambda.buffer), ("/occupation", occupation.buffer)] {
      try write(UnsafeBufferPointer(values), to: group + name, row: row, owned: owned)
    }
  }

  /// Writes NaN where a row has no state, or one of fewer modes than others have.
  ///
  /// Collective.
  func fillState(in group: String, row: Int, modes: Range<Int>) throws {
    for name in ["/lambda", "/occupation"] {
      try fill(Double.nan, group + name, row: row, modes: modes)
    }
  }

  /// n of the modes that have λ.
  private func occupation(of lambda: borrowing AlignedVector) -> AlignedVector {
    let occupation = AlignedVector(count: lambda.count)
    for index in stride(from: 0, to: lambda.paddedCount, by: Vector.scalarCount) {
      let values = occupations(lambda.pointer.vector(at: index)).occupation
      occupation.pointer.store(values, at: index)
    }
    return occupation
  }
}
