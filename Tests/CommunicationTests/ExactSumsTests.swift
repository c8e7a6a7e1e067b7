import Communication
import TestSupport
import Testing
import VectorMath

@Suite("Exact sums")
struct ExactSumsTests {
  /// Adds terms in vectors of eight, emptying the accumulator after every `batch` vectors.
  static func add(_ terms: some Sequence<Double>, to sums: inout ExactSums, batch: Int = 1024) {
    var accumulator = FoldAccumulator()
    var (vector, lane, vectors) = (Vector.zero, 0, 0)
    for term in terms {
      vector[lane] = term
      lane += 1
      guard lane == 8 else { continue }
      accumulator.add(vector, sums.windows[0])
      (vector, lane, vectors) = (.zero, 0, vectors + 1)
      if vectors % batch == 0 { sums.absorb(&accumulator, into: 0) }
    }
    accumulator.add(vector, sums.windows[0])
    sums.absorb(&accumulator, into: 0)
  }

  /// The sum of terms on one rank.
  static func sum(_ terms: some Sequence<Double>, exponent: Int, batch: Int = 1024) -> Double {
    var sums = ExactSums(exponents: [exponent])
    add(terms, to: &sums, batch: batch)
    return sums.value(0)
  }

  /// Terms below 2^exponent whose sizes range over `bits` bits.
  static func terms(_ count: Int, exponent: Int, bits: Int, seed: UInt64) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    return generator.doubles(count, in: -1...1).map { term in
      let power = exponent - Int.random(in: 0...bits, using: &generator)
      return term * Double(sign: .plus, exponent: power, significand: 1)
    }
  }

  /// |error| in units of what rounding each term to 2^(E−126) and the result to a double may give.
  static func error(of value: Double, terms: [Double], exponent: Int) -> Double {
    var exact = DoubleDouble(0)
    for term in terms { exact += DoubleDouble(term) }
    let unit = Double(sign: .plus, exponent: exponent - 127, significand: 1)
    let error = (DoubleDouble(value) - exact).magnitude.high
    return error / (Double(terms.count) * unit + value.ulp)
  }

  @Test("A permutation of the terms gives the same bits", arguments: [0, 60, 140])
  func permutations(_ bits: Int) {
    var terms = Self.terms(5000, exponent: 3, bits: bits, seed: 11)
    var generator = SeededGenerator(seed: 12)
    let expected = Self.sum(terms, exponent: 3)
    for _ in 0..<20 {
      terms.shuffle(using: &generator)
      #expect(Self.sum(terms, exponent: 3).bitPattern == expected.bitPattern)
    }
  }

  @Test("The moments when accumulators are emptied do not matter", arguments: [1, 2, 7, 100, 1024])
  func batches(_ batch: Int) {
    let terms = Self.terms(20_000, exponent: 0, bits: 100, seed: 13)
    let expected = Self.sum(terms, exponent: 0)
    #expect(Self.sum(terms, exponent: 0, batch: batch).bitPattern == expected.bitPattern)
  }

  @Test("Any number of ranks gives the same bits", arguments: [2, 3, 4, 7, 16])
  func ranks(_ ranks: Int) throws {
    let terms = Self.terms(3000, exponent: 5, bits: 130, seed: 14)
    let expected = Self.sum(terms, exponent: 5)
    // Random owners, so that ranks hold any of the terms, and some of them few.
    var generator = SeededGenerator(seed: UInt64(ranks))
    let owners = terms.map { _ in
      min(
        Int.random(in: 0..<ranks, using: &generator),
        Int.random(in: 0..<ranks, using: &generator)
      )
    }
    let values = try InProcessCommunicator.run(ranks: ranks) { communicator in
      var sums = ExactSums(exponents: [5])
      Self.add(zip(terms, owners).filter { $0.1 == communicator.rank }.map(\.0), to: &sums)
      try sums.reduce(over: communicator)
      return sums.value(0)
    }
    for value in values { #expect(value.bitPattern == expected.bitPattern) }
  }

  @Test("2^20 ranks with the largest sums fit into the head room")
  func headRoom() throws {
    let largest = 1.0.nextDown
    var sums = ExactSums(exponents: [0])
    Self.add((0..<8192).map { _ in largest }, to: &sums)
    try sums.reduce(over: EqualRanks(size: 1 << 20))
    #expect(sums.isValid)
    #expect(sums.value(0) == largest * 8192 * 0x1p20)
  }

  @Test(
    "A sum is exact but for half a unit 2^(E-126) for each term and its own last place",
    arguments: [-800, -300, 0, 60, 1000],
    [0, 50, 100, 126]
  )
  func accuracy(_ exponent: Int, _ bits: Int) {
    let terms = Self.terms(4000, exponent: exponent, bits: bits, seed: 15)
    let value = Self.sum(terms, exponent: exponent)
    #expect(Self.error(of: value, terms: terms, exponent: exponent) <= 1)
  }

  @Test("A sum is within 2^-60 of the sum of magnitudes, where terms fill 60 bits of the window")
  func relativeAccuracy() {
    let terms = Self.terms(10_000, exponent: 0, bits: 60, seed: 16)
    var (exact, magnitudes) = (DoubleDouble(0), 0.0)
    for term in terms {
      exact += DoubleDouble(term)
      magnitudes += abs(term)
    }
    let value = Self.sum(terms, exponent: 0)
    let error = (DoubleDouble(value) - exact).magnitude.high
    #expect(error <= 0x1p-60 * magnitudes + value.ulp)
  }

  @Test("Signed terms that cancel leave the small rest exactly")
  func cancellation() {
    let large = Self.terms(5000, exponent: 10, bits: 40, seed: 17)
    let small = [0x1p-90, 0x1p-95, -0x1p-100]
    var terms = large + large.map { -$0 } + small
    var generator = SeededGenerator(seed: 18)
    terms.shuffle(using: &generator)
    #expect(Self.sum(terms, exponent: 10) == 0x1p-90 + 0x1p-95 - 0x1p-100)
  }

  @Test("Terms that cancel completely leave exactly zero")
  func completeCancellation() {
    let large = Self.terms(5000, exponent: 0, bits: 140, seed: 19)
    #expect(Self.sum(large + large.map { -$0 }, exponent: 0) == 0)
  }

  @Test("A lane full of the largest terms of one sign is summed exactly", arguments: [1.0, -1])
  func fullLanes(_ sign: Double) {
    let terms = [Double](repeating: sign * 1.0.nextDown, count: 8 * 1024)
    #expect(Self.sum(terms, exponent: 0) == sign * 8192 * 1.0.nextDown)
  }

  @Test("A million absorbed terms of one sign are summed exactly")
  func manyTerms() {
    let term = 0x1.fffffffffffffp-3
    var sums = ExactSums(exponents: [0])
    for _ in 0..<128 { Self.add(repeatElement(term, count: 8192), to: &sums) }
    #expect(sums.value(0) == term * 0x1p20)
  }

  @Test(
    "A term that is not finite makes the sums invalid",
    arguments: [Double.nan, .infinity, -.infinity, -.nan]
  )
  func notFinite(_ bad: Double) {
    for place in [0, 777, 1999] {
      var terms = Self.terms(2000, exponent: 0, bits: 10, seed: 20)
      terms[place] = bad
      var sums = ExactSums(exponents: [0])
      Self.add(terms, to: &sums)
      #expect(!sums.isValid)
      #expect(sums.value(0).isNaN)
    }
  }

  @Test("Non-negative terms far out of the window make the sums invalid")
  func outOfWindow() {
    for term in [0x1p11, 0x1p40, 0x1p1000, Double.greatestFiniteMagnitude] {
      var sums = ExactSums(exponents: [0])
      Self.add([0.5, term, 0.25], to: &sums)
      #expect(!sums.isValid)
    }
  }

  @Test("Non-negative terms beyond the window are summed exactly or found")
  func beyondWindow() {
    for power in 0...12 {
      let term = Double(sign: .plus, exponent: power, significand: 1 + 0x1p-40)
      var sums = ExactSums(exponents: [0])
      Self.add(repeatElement(term, count: 64), to: &sums)
      #expect(!sums.isValid || sums.value(0) == 64 * term)
    }
  }

  @Test("One bad term on one rank makes the sums of all ranks invalid")
  func badTermElsewhere() throws {
    let valid = try InProcessCommunicator.run(ranks: 3) { communicator in
      var sums = ExactSums(exponents: [0, 0])
      sums.add(communicator.rank == 1 ? .nan : 0.5, to: 1)
      try sums.reduce(over: communicator)
      return [sums.isValid, sums.value(0).isNaN, sums.value(1).isNaN]
    }
    for flags in valid { #expect(flags == [false, true, true]) }
  }

  @Test("A single term must be below 2^E", arguments: [1.0, -1, 1e300, .nan, .infinity])
  func singleOutOfWindow(_ term: Double) {
    var sums = ExactSums(exponents: [0])
    sums.add(term, to: 0)
    #expect(!sums.isValid)
  }

  @Test("Single terms and vectors add up to the same bits")
  func singleTerms() {
    let terms = Self.terms(500, exponent: 0, bits: 120, seed: 21)
    var sums = ExactSums(exponents: [0])
    for term in terms { sums.add(term, to: 0) }
    #expect(sums.value(0).bitPattern == Self.sum(terms, exponent: 0).bitPattern)
  }

  @Test("Each sum has terms and a window of its own")
  func severalSums() {
    var sums = ExactSums(exponents: [0, 100, -100])
    #expect(sums.count == 3)
    sums.add(0.5, to: 0)
    sums.add(0x1p99, to: 1)
    sums.add(-0x1p-101, to: 2)
    #expect([0, 1, 2].map { sums.value($0) } == [0.5, 0x1p99, -0x1p-101])
  }

  @Test("Absorbing empties the accumulator")
  func absorbing() {
    var sums = ExactSums(exponents: [0])
    var accumulator = FoldAccumulator()
    accumulator.add(Vector(repeating: 0.3), sums.windows[0])
    sums.absorb(&accumulator, into: 0)
    sums.absorb(&accumulator, into: 0)
    #expect(sums.value(0) == 8 * 0.3)
  }

  @Test("After a reset the sums are valid and zero")
  func reset() {
    var sums = ExactSums(exponents: [0])
    sums.add(.nan, to: 0)
    sums.add(0.5, to: 0)
    sums.reset()
    #expect(sums.isValid)
    #expect(sums.value(0) == 0)
  }
}

/// Very many ranks that all hold the same integers.
private struct EqualRanks: Communicator {
  let size: Int
  var rank: Int { 0 }

  func sum<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>
  ) throws(CommunicationError) {
    values.withUnsafeMutableBytes { bytes in
      for offset in stride(from: 0, to: bytes.count, by: 8) {
        let value = bytes.load(fromByteOffset: offset, as: Int64.self)
        bytes.storeBytes(of: value * Int64(size), toByteOffset: offset, as: Int64.self)
      }
    }
  }

  func maximum<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>
  ) throws(CommunicationError) {}

  func gather<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>,
    layout: SliceLayout
  ) throws(CommunicationError) {}

  func broadcast<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>,
    from root: Int
  ) throws(CommunicationError) {}

  func barrier() throws(CommunicationError) {}

  func split<Value>(color: Int, _ body: (EqualRanks) throws -> Value) throws -> Value {
    try body(self)
  }
}
