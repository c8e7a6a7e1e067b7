/// Sines and cosines of small angles, for rows of `writeCircle` that follow each other.
///
/// A row that has the steps of the one before finds them there.
public final class CircleTables {
  /// What the angles of a group are: how far apart they are, where the first one is, and which way they go.
  fileprivate struct Key: Equatable {
    let step: Int
    let rest: Int
    let extent: Int
    let goesAway: Bool
  }

  /// Those of sides that go away from a quarter turn, and of those that go towards it.
  private var keys: [Key?] = [nil, nil]
  private let memory = AlignedVector(count: 6 * CircleSide.group)

  /// Creates empty tables.
  public init() {}

  /// sin B of a group; cos B − 1 a group behind.
  fileprivate func table(of side: CircleSide) -> UnsafePointer<Double> {
    let key = side.key
    let place = key.goesAway ? 0 : 1
    let table = memory.pointer + 2 * place * CircleSide.group
    if keys[place] != key {
      side.writeTable(table)
      keys[place] = key
    }
    return UnsafePointer(table)
  }

  /// Room for two groups.
  fileprivate var spare: UnsafeMutablePointer<Double> { memory.pointer + 4 * CircleSide.group }
}

/// Writes cos(π x/L) and sin(π x/L) for a row of integers x at equal distances.
///
/// As those of `circle`: exact at multiples of π/2, even and odd in x bit for bit, √½ at odd multiples of π/4, right
/// to three units in the last place, and the same wherever a row begins. Angles are counted from the nearest quarter
/// turn; sixty-four that follow each other are an anchor A, from `circle`, and small angles B from a table,
///
///     cos(A + B) = cos A + (cos A (cos B − 1) − sin A sin B)
///     sin(A + B) = sin A + (sin A (cos B − 1) + cos A sin B)
///
/// whose brackets are small, and their roundings smaller.
///
/// - Parameters:
///   - cosines: On return the cosines.
///   - sines: On return the sines, without −0.
///   - first: x of the first angle, |x| < 2⁶⁰.
///   - step: 1 ≤ |step| ≤ L/2048, so that B is small.
///   - extent: 0 < L < 2⁵⁰.
///   - count: The number of angles.
///   - tables: Those of the row before, if it has the same steps.
/// - Complexity: six vector instructions and two stores for eight angles, and some thousand for each quarter turn.
public func writeCircle(
  _ cosines: UnsafeMutablePointer<Double>,
  _ sines: UnsafeMutablePointer<Double>,
  first: Int,
  step: Int,
  extent: Int,
  count: Int,
  tables: CircleTables
) {
  precondition(step != 0 && abs(step) <= extent / 2048)
  var place = 0
  while place < count {
    let side = CircleSide(first + step * place, step, extent)
    let length = min(side.count, count - place)
    let (cosine, sine) = (cosines + place, sines + place)
    if side.isExchanged {
      side.write(large: sine, small: cosine, count: length, tables)
    } else {
      side.write(large: cosine, small: sine, count: length, tables)
    }
    place += length
  }
}

/// The angles of a row on one side of a quarter turn, up to an eighth of a turn away from it.
private struct CircleSide {
  /// The angles that share an anchor.
  static var group: Int { 64 }

  /// The angles in this row up to the end of the side.
  let count: Int

  /// Whether the quarter turn is an odd one, which exchanges sine and cosine.
  let isExchanged: Bool

  /// The distance of the first angle from the quarter turn in units of π/(2L); those that follow go away from it or
  /// towards it.
  private let distance: Int
  private let goesAway: Bool
  private let step: Int
  private let extent: Int

  /// The signs of the larger and of the smaller of cosine and sine.
  private let signs: (large: Double, small: Double)

  init(_ x: Int, _ step: Int, _ extent: Int) {
    // A row that turns backwards is one that turns forwards with the signs of its sines changed.
    let isForward = step > 0
    let (x, step) = isForward ? (x, step) : (-x, -step)
    let eighths = 4 * x + extent
    let turn = 2 * extent
    let quarter = (eighths - (eighths % turn + turn) % turn) / turn
    let rest = 2 * x - quarter * extent
    goesAway = rest >= 0
    distance = abs(rest)
    self.step = 2 * step
    self.extent = extent
    let left = goesAway ? extent - 2 * rest : -2 * rest
    count = (left + 4 * step - 1) / (4 * step)
    isExchanged = quarter % 2 != 0
    let isTurned = (quarter & 2) != 0
    // cos(qπ/2 ± a) and sin(qπ/2 ± a): cos a, ± sin a; ∓ sin a, cos a; − cos a, ∓ sin a; ± sin a, − cos a.
    let (large, small) = (isTurned ? -1.0 : 1, (isTurned != isExchanged) == goesAway ? -1.0 : 1)
    let sine = isForward ? 1.0 : -1
    signs = isExchanged ? (sine * large, small) : (large, sine * small)
  }

  /// Writes cosine and sine of the angles, the larger of which is the cosine of the distance.
  ///
  /// - Parameters:
  ///   - large: On return the larger ones.
  ///   - small: On return the others.
  ///   - count: The number of angles.
  ///   - tables: Those of rows before.
  func write(
    large: UnsafeMutablePointer<Double>,
    small: UnsafeMutablePointer<Double>,
    count: Int,
    _ tables: CircleTables
  ) {
    let table = tables.table(of: self)
    let spare = tables.spare
    let span = CircleSide.group * step
    let direction = goesAway ? 1 : -1
    let anchor = distance / span
    let groups = abs((distance + direction * step * (count - 1)) / span - anchor) + 1
    let offset = distance % span / step
    var start = goesAway ? -offset : offset - CircleSide.group + 1
    let lanes = Vector(0, 1, 2, 3, 4, 5, 6, 7)
    for batch in stride(from: 0, to: groups, by: Vector.scalarCount) {
      let numbers = Double(anchor) + Double(direction) * (Double(batch) + lanes)
      let (cosine, sine) = circle(Double(span) * numbers, Double(2 * extent))
      for lane in 0..<min(Vector.scalarCount, groups - batch) {
        let range = max(0, start)..<min(count, start + CircleSide.group)
        if range.count == CircleSide.group {
          turn(cosine[lane], sine[lane], table, large + start, small + start)
        } else {
          turn(cosine[lane], sine[lane], table, spare, spare + CircleSide.group)
          let first = spare + (range.lowerBound - start)
          (large + range.lowerBound).update(from: first, count: range.count)
          (small + range.lowerBound).update(from: first + CircleSide.group, count: range.count)
        }
        start += CircleSide.group
      }
    }
    if 2 * distance == extent {
      large[0] = signs.large * 0.5.squareRoot()
      small[0] = signs.small * 0.5.squareRoot()
    }
  }

  /// What its tables depend on.
  var key: CircleTables.Key {
    CircleTables.Key(step: step, rest: distance % step, extent: extent, goesAway: goesAway)
  }

  /// Writes sin B and cos B − 1 of a group in the order of the row.
  func writeTable(_ table: UnsafeMutablePointer<Double>) {
    let lanes = Vector(0, 1, 2, 3, 4, 5, 6, 7)
    for place in stride(from: 0, to: CircleSide.group, by: Vector.scalarCount) {
      let ascending = Double(place) + lanes
      let number = goesAway ? ascending : Double(CircleSide.group - 1) - ascending
      let distance = Double(distance % step) + Double(step) * number
      let half = circle(distance, Double(4 * extent))
      table.store(2 * half.sine * half.cosine, at: place)
      table.store(-2 * half.sine * half.sine, at: CircleSide.group + place)
    }
  }

  /// Writes the angles of a group from their anchor and the table.
  @inline(never)
  private func turn(
    _ cosine: Double,
    _ sine: Double,
    _ table: UnsafePointer<Double>,
    _ large: UnsafeMutablePointer<Double>,
    _ small: UnsafeMutablePointer<Double>
  ) {
    let c = Vector(repeating: signs.large * cosine)
    let minus = Vector(repeating: -signs.large * sine)
    // Not −0, which would stay where the sine vanishes.
    let s = Vector(repeating: 0 + signs.small * sine)
    let other = Vector(repeating: signs.small * cosine)
    var place = 0
    while place < CircleSide.group {
      let a = table.vector(at: place)
      let b = table.vector(at: CircleSide.group &+ place)
      large.store(c + multiplyAdd(minus, a, c * b), at: place)
      small.store(s + multiplyAdd(other, a, s * b), at: place)
      place &+= Vector.scalarCount
    }
  }
}
