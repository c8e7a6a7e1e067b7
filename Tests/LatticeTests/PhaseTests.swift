import Lattice
import Numerics
import TestSupport
import Testing

@Suite("Phases e^(-ikr)")
struct PhaseTests {
  /// Short rows, and some whose phases come from anchors.
  private static let extents = Array(1...64) + [4096, 8194, 12_291]
  private static let displacements = Array(-3...3)

  /// The angle π (y / L) has the roundings of a division, of π and of a product, up to 2.4 units; sine
  /// and cosine in the first octant do not enlarge them, and add half a unit of their own.
  private static let ulps = 3.0

  @Test("Phases are exactly 1, -i, -1 and i where kr is a multiple of π/2", arguments: extents)
  func exact(_ extent: Int) throws {
    let grid = try MomentumGrid(extents: [extent])
    for j in 0..<extent {
      for r in Self.displacements {
        // k r = π p / L
        let p = ((r * (2 * j - extent)) % (2 * extent) + 2 * extent) % (2 * extent)
        let (quarter, rest) = (2 * p).quotientAndRemainder(dividingBy: extent)
        guard rest == 0 else { continue }
        let phase = grid.phase(at: [j], displacement: [r])
        let expected: [Complex<Double>] = [1, Complex(0, -1), -1, Complex(0, 1)]
        #expect(phase == expected[quarter])
      }
    }
  }

  @Test("Opposite momenta have conjugate phases, bit for bit", arguments: extents)
  func oppositeMomenta(_ extent: Int) throws {
    let grid = try MomentumGrid(extents: [extent])
    for j in 1..<max(extent, 1) {
      for r in Self.displacements {
        let phase = grid.phase(at: [j], displacement: [r])
        let opposite = grid.phase(at: [extent - j], displacement: [r])
        #expect(phase.real == opposite.real && phase.imaginary == -opposite.imaginary)
      }
    }
  }

  @Test("Opposite displacements have conjugate phases, bit for bit", arguments: extents)
  func oppositeDisplacements(_ extent: Int) throws {
    let grid = try MomentumGrid(extents: [extent])
    for j in 0..<extent {
      for r in 1...3 {
        let phase = grid.phase(at: [j], displacement: [r])
        let opposite = grid.phase(at: [j], displacement: [-r])
        #expect(phase.real == opposite.real && phase.imaginary == -opposite.imaginary)
      }
    }
  }

  @Test("cos(π - k) is -cos k, bit for bit", arguments: [2, 4, 6, 64, 100, 4096, 9998])
  func reflections(_ extent: Int) throws {
    let grid = try MomentumGrid(extents: [extent])
    for x in 0...extent / 2 {
      // k = 2πx/L and π − k.
      let place = (extent / 2 + x) % extent
      let mirror = (extent - x) % extent
      let phase = grid.phase(at: [place], displacement: [1])
      #expect(phase.real == -grid.phase(at: [mirror], displacement: [1]).real)
    }
  }

  @Test(
    "Cosine and sine are right to three units in the last place, each by itself",
    arguments: extents
  )
  func accuracy(_ extent: Int) throws {
    let grid = try MomentumGrid(extents: [extent])
    for j in 0..<extent {
      for r in Self.displacements {
        let phase = grid.phase(at: [j], displacement: [r])
        let exact = DoubleDouble.circle(r * (2 * j - extent), over: extent)
        // Zeros are exact; the reference has them at 1e-32.
        if phase.real != 0 { #expect(exact.cosine.ulps(of: phase.real) <= Self.ulps) }
        if phase.imaginary != 0 { #expect(exact.sine.ulps(of: -phase.imaginary) <= Self.ulps) }
      }
    }
  }

  @Test(
    "Cosine and sine keep their precision on the longest lattices",
    arguments: [1_000_003, 1 << 30, 999_999_999_989]
  )
  func longLattices(_ extent: Int) throws {
    let grid = try MomentumGrid(extents: [extent])
    var generator = SeededGenerator(seed: UInt64(extent))
    let ends = [1, 2, extent / 4 + 1, extent / 2 - 1, extent / 2 + 1, extent - 1]
    for j in ends + (0..<500).map({ _ in Int.random(in: 0..<extent, using: &generator) }) {
      for r in Self.displacements where r != 0 {
        let phase = grid.phase(at: [j], displacement: [r])
        let exact = DoubleDouble.circle(r * (2 * j - extent), over: extent)
        if phase.real != 0 { #expect(exact.cosine.ulps(of: phase.real) <= Self.ulps) }
        if phase.imaginary != 0 { #expect(exact.sine.ulps(of: -phase.imaginary) <= Self.ulps) }
      }
    }
  }

  @Test(
    "A twist turns phases by 2π·twist·r/L, to rounding of one turn",
    arguments: [0.37, -5.2, 0.5]
  )
  func twist(_ twist: Double) throws {
    for extent in [1, 2, 5, 16, 101] {
      let grid = try MomentumGrid(extents: [extent], twists: [twist])
      for j in 0..<extent {
        for r in Self.displacements {
          let position = DoubleDouble(Double(2 * j - extent)) + DoubleDouble(2 * twist)
          let angle =
            DoubleDouble.pi * position * DoubleDouble(Double(r)) / DoubleDouble(Double(extent))
          let exact = DoubleDouble.circle(angle)
          let phase = grid.phase(at: [j], displacement: [r])
          // x = kr L/π < 4 L is rounded twice, and π x / L after it.
          let tolerance = 16 * Double.ulpOfOne * max(1, abs(twist))
          #expect((exact.cosine - DoubleDouble(phase.real)).magnitude.high <= tolerance)
          #expect((exact.sine + DoubleDouble(phase.imaginary)).magnitude.high <= tolerance)
        }
      }
    }
  }

  @Test("A whole twist moves momenta by one place")
  func wholeTwist() throws {
    let grid = try MomentumGrid(extents: [12])
    let twisted = try MomentumGrid(extents: [12], twists: [1])
    for j in 0..<12 {
      for r in Self.displacements {
        let phase = grid.phase(at: [(j + 1) % 12], displacement: [r])
        #expect(twisted.phase(at: [j], displacement: [r]) == phase)
      }
    }
  }

  @Test("Phases multiply over the directions")
  func directions() throws {
    let extents = [5, 8, 3]
    let grid = try MomentumGrid(extents: extents)
    for index in 0..<grid.count {
      let coordinates = grid.coordinates(of: index)
      for displacement in [[1, 0, 0], [0, -2, 0], [1, 2, -1]] {
        var turns = 0
        for direction in 0..<3 {
          let other = grid.count / extents[direction]
          let p = displacement[direction] * (2 * coordinates[direction] - extents[direction])
          turns += p * other
        }
        let exact = DoubleDouble.circle(turns, over: grid.count)
        let phase = grid.phase(at: coordinates, displacement: displacement)
        // Three factors of three units, and two products.
        let tolerance = 8 * Double.ulpOfOne
        #expect((exact.cosine - DoubleDouble(phase.real)).magnitude.high <= tolerance)
        #expect((exact.sine + DoubleDouble(phase.imaginary)).magnitude.high <= tolerance)
      }
    }
  }
}
