import Lattice
import Numerics
import TestSupport
import Testing

@Suite("Momentum grid")
struct MomentumGridTests {
  @Test("Momenta are -1 + 2j/L in units of π, to rounding", arguments: [1, 2, 3, 7, 64, 100, 1001])
  func values(_ extent: Int) throws {
    let grid = try MomentumGrid(extents: [extent])
    #expect(grid.count == extent)
    for j in 0..<extent {
      let exact = DoubleDouble(Double(2 * j - extent)) / DoubleDouble(Double(extent))
      #expect(exact.ulps(of: grid.momentum(at: j)[0]) <= 0.5)
    }
  }

  @Test("A twist shifts momenta by 2·twist/L in units of π")
  func twistedValues() throws {
    let grid = try MomentumGrid(extents: [10], twists: [0.25])
    for j in 0..<10 {
      let exact = (DoubleDouble(Double(2 * j - 10)) + DoubleDouble(0.5)) / DoubleDouble(10)
      #expect(exact.ulps(of: grid.momentum(at: j)[0]) <= 0.5)
    }
  }

  @Test("The last direction is the fastest")
  func order() throws {
    let grid = try MomentumGrid(extents: [2, 3, 4])
    #expect(grid.dimension == 3)
    #expect(grid.count == 24)
    var index = 0
    for first in 0..<2 {
      for second in 0..<3 {
        for third in 0..<4 {
          #expect(grid.coordinates(of: index) == [first, second, third])
          index += 1
        }
      }
    }
  }

  @Test("Every momentum is found again", arguments: [0, 0.3, -2.7])
  func lookup(_ twist: Double) throws {
    for extents in [[1], [2], [7], [100], [4, 3], [2, 3, 5]] {
      let grid = try MomentumGrid(extents: extents, twists: extents.map { _ in twist })
      for index in 0..<grid.count {
        #expect(grid.index(ofMomentum: grid.momentum(at: index)) == index)
      }
    }
  }

  @Test("Momenta are equal modulo 2π", arguments: [-4.0, -2, 2, 6])
  func periodic(_ turns: Double) throws {
    let grid = try MomentumGrid(extents: [12])
    for index in 0..<12 {
      #expect(grid.index(ofMomentum: [grid.momentum(at: index)[0] + turns]) == index)
    }
    #expect(grid.index(ofMomentum: [1]) == 0)
    #expect(grid.index(ofMomentum: [-1]) == 0)
  }

  @Test("Momenta off the grid by less than a millionth of the spacing are found, others not")
  func tolerance() throws {
    let grid = try MomentumGrid(extents: [100])
    let spacing = 2.0 / 100
    for (index, momentum) in [(0, -1.0), (20, -0.6), (60, 0.2), (50, 0)] {
      for sign in [-1.0, 1] {
        #expect(grid.index(ofMomentum: [momentum + sign * 0.99e-6 * spacing]) == index)
        #expect(grid.index(ofMomentum: [momentum + sign * 1.01e-6 * spacing]) == nil)
      }
    }
    #expect(grid.index(ofMomentum: [0.01]) == nil)
  }

  @Test("The tolerance can be chosen")
  func chosenTolerance() throws {
    let grid = try MomentumGrid(extents: [10])
    #expect(grid.index(ofMomentum: [0.24], tolerance: 0.21) == 6)
    #expect(grid.index(ofMomentum: [0.24], tolerance: 0.19) == nil)
  }

  @Test("A momentum of another dimension is not on the grid")
  func dimensionOfMomentum() throws {
    let grid = try MomentumGrid(extents: [4, 4])
    #expect(grid.index(ofMomentum: [0]) == nil)
    #expect(grid.index(ofMomentum: [0, 0, 0]) == nil)
  }

  @Test("What is not a momentum is not on the grid", arguments: [Double.nan, .infinity, 1e300])
  func notMomentum(_ value: Double) throws {
    #expect(try MomentumGrid(extents: [4]).index(ofMomentum: [value]) == nil)
  }

  @Test("A lattice has one to three directions", arguments: [[], [2, 2, 2, 2]])
  func directions(_ extents: [Int]) {
    #expect(throws: ModelError.self) { try MomentumGrid(extents: extents) }
  }

  @Test("Extents are positive", arguments: [[0], [-3], [4, 0], [4, 4, -1]])
  func positive(_ extents: [Int]) {
    #expect(throws: ModelError.self) { try MomentumGrid(extents: extents) }
  }

  @Test(
    "There are as many finite twists as directions",
    arguments: [[], [0, 0], [.nan], [.infinity]]
  )
  func twists(_ twists: [Double]) {
    #expect(throws: ModelError.self) { try MomentumGrid(extents: [4], twists: twists) }
  }

  @Test("A lattice of 2^53 cells is too large, one cell less is not")
  func tooLarge() throws {
    #expect(throws: ModelError.self) { try MomentumGrid(extents: [1 << 53]) }
    #expect(throws: ModelError.self) { try MomentumGrid(extents: [1 << 62, 1 << 62, 1 << 62]) }
    #expect(try MomentumGrid(extents: [(1 << 53) - 1]).count == (1 << 53) - 1)
  }
}
