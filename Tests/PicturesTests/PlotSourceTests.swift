import Foundation
import Pictures
import Testing

@Suite("What a run has written becomes panels")
struct PlotSourceTests {
  @Test("An evolution gives λ(t) of each recorded mode over its Gibbs value")
  func evolution() throws {
    let panel = try #require(try panels(of: Sample.evolution).first)
    #expect(panel.quantity == .lambda)
    #expect(panel.horizontal.label == "time t (ħ/energy unit)")
    #expect(panel.curves.map(\.label) == ["Gibbs state", "", "k = −π", "k = 0.5π"])
    #expect(panel.curves.map(\.style) == [.reference, .reference, .line, .line])
    #expect(panel.curves[0].points == [.init(0, 4), .init(10, 4)])
    #expect(panel.curves[2].points == [.init(0, 0), .init(10, 2.5)])
    #expect(panel.curves[3].points == [.init(0, 0), .init(10, -0.25)])
  }

  @Test("Bands are named where there are two, and numbered where there are more")
  func bandNames() throws {
    let two = try panels(of: Sample.evolution.replacing("\"bands\": 1", with: "\"bands\": 2"))
    #expect(two[0].curves[2].label == "k = −π, upper band")
    let three = try panels(of: Sample.evolution.replacing("\"bands\": 1", with: "\"bands\": 3"))
    #expect(three[0].curves[2].label == "k = −π, band 0")
  }

  @Test("A sweep gives λ, over its value without drive, and the currents by orbital")
  func sweep() throws {
    let panels = try panels(of: Sample.sweep)
    #expect(panels.map(\.quantity) == [.lambda, .currents])
    #expect(panels.map(\.horizontal.label) == ["drive γ_{neq}", "drive γ_{neq}"])
    #expect(panels[0].curves.map(\.label) == ["Gibbs state", "k = 0, upper band"])
    #expect(panels[0].curves[0].points == [.init(0, 1.5), .init(1, 1.5)])
    #expect(panels[0].curves[1].points == [.init(0, 1.5), .init(1, 0.5)])
    #expect(panels[1].curves.map(\.label) == ["total", "down", "up"])
    #expect(panels[1].curves[0].points == [.init(0, 0), .init(1, 0.25)])
    #expect(panels[1].curves[1].points == [.init(0, -0.5), .init(1, 0)])
  }

  @Test("A sweep of another key has no Gibbs state")
  func otherKey() throws {
    let panels = try panels(
      of: Sample.sweep.replacing("baths.drive", with: "baths.x_{y}", maxReplacements: 1)
    )
    #expect(panels[0].curves.map(\.label) == ["k = 0, upper band"])
    #expect(panels[0].horizontal.label == "baths.x\\_\\{y\\}")
  }

  @Test("The table of a sweep gives what its JSON gives")
  func sweepTable() throws {
    let table = """
      # units
      baths.drive,current,current_up,current_down,slope,lambda(0.0|0)
      0,0,0.5,-0.5,,1.5
      1,0.25,0.25,0,,0.5
      """
    let (panels, expected) = (try panels(of: table), try panels(of: Sample.sweep))
    #expect(panels.map(\.quantity) == [.lambda, .currents])
    #expect(panels[0].curves.map(\.label) == ["Gibbs state", "k = 0"])
    #expect(panels[0].curves.map(\.points) == expected[0].curves.map(\.points))
    #expect(panels[1] == expected[1])
  }

  @Test("A sweep of two keys gives a curve for each value of the slower one")
  func twoKeys() throws {
    let panels = try panels(of: Sample.twoKeys)
    #expect(panels.map(\.quantity) == [.currents])
    #expect(panels[0].curves.map(\.label) == ["lattice.zeeman = 1", "lattice.zeeman = 2"])
    #expect(panels[0].curves[0].points == [.init(0, 0.5), .init(1, 0.25)])
    #expect(panels[0].curves[1].points == [.init(0, 4), .init(1, 8)])
  }

  @Test("Bands are dots in the colour of the weight of the first orbital")
  func bands() throws {
    let panel = try panels(of: Sample.bands)[0]
    #expect(panel.quantity == .bands)
    #expect(panel.curves.map(\.style) == [.coloured])
    #expect(
      panel.curves[0].points == [.init(-1, 2.5, colour: 0.75), .init(-1, -2.5, colour: 0.25)]
    )
    #expect(panel.colours == Axis("weight of up", range: 0...1))
  }

  @Test("A table of λ gives n = 1/(1 + e^λ) of each band, in the order of the momenta")
  func occupations() throws {
    let table = "# λ\nmomentum,band,lambda\n0.5,0,0\n-1,0,1000\n-1,1,-1000\n0.5,1,1\n"
    let panel = try panels(of: table)[0]
    #expect(panel.quantity == .occupations)
    #expect(panel.curves.map(\.label) == ["upper band", "lower band"])
    #expect(panel.curves[0].points == [.init(-1, 0), .init(0.5, 0.5)])
    #expect(panel.curves[1].points[0] == .init(-1, 1))
    #expect(abs(panel.curves[1].points[1].y - 0.2689414213699951) < 1e-15)
  }

  @Test("An extrapolation gives the error, with the decay through the mean of its logarithms")
  func finiteSize() throws {
    let panel = try panels(of: Sample.extrapolation)[0]
    #expect(panel.vertical.isLogarithmic && !panel.horizontal.isLogarithmic)
    // The size without an error is left out.
    #expect(panel.curves[1].points == [.init(8, 0.5), .init(16, 0.125)])
    // Errors that decay as the fit says lie on it: ln(0.5/0.125)/8 = 0.17328679513998632.
    for (fitted, given) in zip(panel.curves[0].points, panel.curves[1].points) {
      #expect(fitted.x == given.x)
      #expect(abs(fitted.y / given.y - 1) < 1e-14)
    }
    #expect(panel.curves[0].label == "A exp(−κL), κ = 0.173287")
  }

  @Test("Times against ranks give a curve for each size, and what ideal scaling would be")
  func scaling() throws {
    let panel = try panels(of: "modes,ranks,seconds\n8,2,3\n8,1,4\n16,1,9\n")[0]
    #expect(panel.curves.map(\.label) == ["ideal", "modes = 8", "", "modes = 16"])
    #expect(panel.curves[0].points == [.init(1, 4), .init(2, 2)])
    #expect(panel.curves[1].points == [.init(1, 4), .init(2, 3)])
    #expect(panel.horizontal.isLogarithmic && panel.vertical.isLogarithmic)
  }

  @Test(
    "What cannot be drawn is refused in one line that says what is allowed",
    arguments: [
      ("", "is empty"), ("{", "is not one JSON object"), ("[1]", "is nothing that can be drawn"),
      ("{}", "has no \"command\""), ("{\"command\": \"doctor\"}", "is of tgge doctor"),
      ("{\"command\": 3}", "something unexpected at command"),
      ("{\"command\": \"evolve\", \"outputs\": []}", "has no recorded modes"),
      ("{\"command\": \"steady\", \"lambda\": []}", "has no recorded modes"),
      ("{\"command\": \"sweep\", \"points\": []}", "has no points"),
      ("{\"command\": \"bands\"}", "has no states"),
      (Sample.bands.replacing("\"momentum\": -1", with: "\"momentum\": [-1, 0]"), "directions"),
      ("{\"command\": \"extrapolate\"}", "has no points with a limit"),
      (Sample.sweep.replacing("\"up\": 0.25", with: "\"um\": 0.25"), "not the same currents"),
      ("momentum,band,lambda\n1,0\n", "line 2: has 2 fields"),
      ("momentum_1,momentum_2,band,lambda\n", "several directions"),
      ("momentum,band,lambda\n", "has no rows"),
      ("ranks,seconds\n", "has no rows"), ("ranks,seconds\n1,inf\n", "line 2: allowed are 2"),
      ("ranks,seconds\n1,0\n", "not above 0"), ("current\n1\n", "before current"),
      ("a,b\n1,2\n", "is nothing that can be drawn"),
    ]
  )
  func refusals(text: String, message: String) throws {
    let error = #expect(throws: PlotError.self) { try panels(of: text) }
    let line = try #require(error?.description)
    #expect(line.hasPrefix("result: "))
    #expect(line.contains(message), "\(line)")
    #expect(!line.contains("\n"))
  }

  private func panels(of text: String) throws -> [Panel] {
    try PlotSource(Array(text.utf8), named: "result").panels()
  }
}

/// What runs write, as far as pictures read it.
private enum Sample {
  static let evolution = """
    {"command": "evolve", "bands": 1,
     "gibbs": [{"momentum": -1, "band": 0, "value": 4}, {"momentum": 0.5, "band": 0, "value": 0}],
     "outputs": [
       {"time": 0, "current": 0, "lambda": [{"momentum": -1, "band": 0, "value": 0},
                                            {"momentum": 0.5, "band": 0, "value": 0}]},
       {"time": 10, "current": 0, "lambda": [{"momentum": -1, "band": 0, "value": 2.5},
                                             {"momentum": 0.5, "band": 0, "value": -0.25}]}]}
    """

  static let sweep = """
    {"command": "sweep", "bands": 2, "key": "baths.drive", "points": [
      {"value": 0, "current": 0, "currents": {"up": 0.5, "down": -0.5},
       "lambda": [{"momentum": 0, "band": 0, "value": 1.5}]},
      {"value": 1, "current": 0.25, "currents": {"up": 0.25, "down": 0},
       "lambda": [{"momentum": 0, "band": 0, "value": 0.5}]}]}
    """

  static let extrapolation = """
    {"command": "extrapolate", "limit": 1, "decayRate": 0.17328679513998632, "points": [
      {"modes": [8], "current": 1.5}, {"modes": [16], "current": 0.875}, {"modes": [400], "current": 1}]}
    """

  static let twoKeys = """
    {"command": "sweep", "key": "baths.drive", "keys": ["lattice.zeeman", "baths.drive"], "points": [
      {"value": 0, "values": {"lattice.zeeman": 1, "baths.drive": 0}, "current": 0.5},
      {"value": 1, "values": {"lattice.zeeman": 1, "baths.drive": 1}, "current": 0.25},
      {"value": 0, "values": {"lattice.zeeman": 2, "baths.drive": 0}, "current": 4},
      {"value": 1, "values": {"lattice.zeeman": 2, "baths.drive": 1}, "current": 8}]}
    """

  static let bands = """
    {"command": "bands", "bands": 2, "orbitals": ["up", "down"], "states": [
      {"momentum": -1, "band": 0, "energy": 2.5, "velocity": 0, "weights": {"up": 0.75, "down": 0.25}},
      {"momentum": -1, "band": 1, "energy": -2.5, "velocity": 0, "weights": {"up": 0.25, "down": 0.75}}]}
    """
}
