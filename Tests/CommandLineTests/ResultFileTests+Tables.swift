import Foundation
import Testing

/// Files of sweeps, extrapolations and bands.
extension Program.ResultFiles {
  private struct SweepNumbers: Decodable {
    struct Point: Decodable {
      struct Entry: Decodable { let value: Double }
      let current: [Double]
      let currents: [String: [Double]]
      let slope: [Double]
      let filling: Double
      let residual: Double
      let iterations: Double
      let lambda: [Entry]
      let digest: String
    }
    let points: [Point]
  }

  @Test("sweep writes its points, those that failed too, the same on any ranks and groups")
  func sweep() async throws {
    try await withScratch { folder in
      try folder.write("deck.yaml", Sample.custom.utf8)
      let words = [
        "sweep", "deck.yaml", "--json", "--quiet", "--set",
        "record.momenta=[[-0.9666666666666667, -0.9]]",
        "--vary", "initial.filling=0.4,0.5", "--vary", "baths.drive=0:0.5:0.25",
      ]
      let outcome = try await Tgge.run(words + ["--out", "1.h5"], in: folder)
      #expect(outcome.status == 0, "\(outcome)")
      let data = Data(outcome.output.utf8)
      let points = try JSONDecoder().decode(SweepNumbers.self, from: data).points
      let file = try await ResultContent.read("1.h5", in: folder)
      #expect(file.attributes["command"] == "sweep")
      #expect(file.attributes["keys"] == "initial.filling, baths.drive")
      Self.expectLabels(file)
      let numbers = file.datasets.filter { !$0.key.hasPrefix("deck/") }
      let shapes: [String: [Int]] = [
        "recorded/mode": [2], "recorded/momentum": [2, 2], "recorded/band": [2],
        "sweep/value": [6, 2],
        "sweep/setting": [6], "sweep/status": [6], "sweep/cause": [6], "sweep/modes": [6],
        "sweep/filling": [6], "sweep/current": [6, 2], "sweep/orbital_current": [6, 2, 2],
        "sweep/drive_slope": [6, 2], "sweep/filling_slope": [6, 2], "sweep/residual": [6],
        "sweep/filling_error": [6], "sweep/iterations": [6], "sweep/idle_modes": [6],
        "sweep/digest": [6], "sweep/recorded_lambda": [6, 2],
        "sweep/lambda": [6, 48], "sweep/occupation": [6, 48],
        "modes/momentum": [48, 2], "modes/band": [48], "modes/energy": [48],
        "modes/velocity": [48, 2], "modes/orbital_velocity": [48, 2, 2],
      ]
      #expect(numbers.mapValues(\.shape) == shapes)
      let values = numbers.mapValues(\.values)
      #expect(
        values["sweep/value"] == [0.4, 0, 0.4, 0.25, 0.4, 0.5, 0.5, 0, 0.5, 0.25, 0.5, 0.5]
      )
      #expect(values["sweep/current"] == points.flatMap(\.current))
      #expect(values["sweep/drive_slope"] == points.flatMap(\.slope))
      #expect(values["sweep/filling"] == points.map(\.filling))
      #expect(values["sweep/residual"] == points.map(\.residual))
      #expect(values["sweep/iterations"] == points.map(\.iterations))
      #expect(values["sweep/recorded_lambda"] == points.flatMap { $0.lambda.map(\.value) })
      #expect(numbers["sweep/lambda"]?.attributes["axes"] == "point, mode")
      try Self.expectStates(values, modes: 48, points: points.map(\.current))
      let orbitals = points.flatMap { point in
        (0..<2).flatMap { direction in
          ["up", "down"].map { point.currents[$0]?[direction] ?? .nan }
        }
      }
      #expect(values["sweep/orbital_current"] == orbitals)
      #expect(numbers["sweep/digest"]?.text == points.map(\.digest).joined(separator: "\n"))
      #expect(
        numbers["sweep/setting"]?.text.hasPrefix("initial.filling=0.4 baths.drive=0\n") == true
      )
      for (ranks, groups) in [(2, 1), (3, 2)] {
        let name = "\(ranks).h5"
        let options = ["--groups", "\(groups)", "--out", name]
        let outcome = try await Tgge.run(words + options, ranks: ranks, in: folder)
        #expect(outcome.status == 0, "\(outcome)")
        let other = try await ResultContent.read(name, in: folder)
        #expect(other.datasets == file.datasets)
      }
    }
  }

  /// n is that of λ, λ of the recorded modes stands at their places, and currents are those of n and the velocities.
  private static func expectStates(
    _ values: [String: [Double]],
    modes: Int,
    points currents: [[Double]]
  ) throws {
    let lambda = try #require(values["sweep/lambda"])
    let occupation = try #require(values["sweep/occupation"])
    for (one, other) in zip(lambda, occupation) { #expect(abs(other - 1 / (1 + exp(one))) < 4e-16) }
    let places = try #require(values["recorded/mode"]).map { Int($0) }
    let recorded = currents.indices.flatMap { point in places.map { lambda[point * modes + $0] } }
    #expect(values["sweep/recorded_lambda"] == recorded)
    let velocity = try #require(values["modes/velocity"])
    for (point, current) in currents.enumerated() {
      for (direction, component) in current.enumerated() {
        let terms = (0..<modes).map { mode in
          velocity[mode * current.count + direction] * occupation[point * modes + mode]
        }
        #expect(abs(terms.reduce(0, +) / Double(modes / 2) - component) < 1e-14)
      }
    }
  }

  @Test("Points of several sizes have rows of one length, of which NaN ends those that are shorter")
  func sizes() async throws {
    try await withScratch { folder in
      try folder.write("deck.yaml", Sample.rashba.utf8)
      let words = [
        "sweep", "deck.yaml", "--set", "record.momenta=[]", "--vary", "lattice.modes=10,7,13",
      ]
      for (name, ranks, groups, ledger) in [
        ("1.h5", nil, 1, false), ("2.h5", 2, 1, false), ("7.h5", 7, 2, false), ("3.h5", 3, 2, true),
      ] as [(String, Int?, Int, Bool)] {
        let options = ["--groups", "\(groups)", "--out", name]
        let kept = ledger ? ["--checkpoint", "sweep.ledger"] : []
        let outcome = try await Tgge.run(words + options + kept, ranks: ranks, in: folder)
        #expect(outcome.status == 0, "\(outcome)")
      }
      let file = try await ResultContent.read("1.h5", in: folder)
      Self.expectLabels(file)
      for name in ["2.h5", "7.h5", "3.h5"] {
        let other = try await ResultContent.read(name, in: folder)
        #expect(other.datasets == file.datasets, "\(name)")
      }
      #expect(file.datasets["modes/momentum"]?.shape == [3, 26, 1])
      #expect(file.datasets["modes/momentum"]?.attributes["axes"] == "point, mode, direction")
      #expect(file.datasets["modes/orbital_velocity"]?.shape == [3, 26, 1, 2])
      #expect(file.datasets["modes/orbital_velocity"]?.attributes["orbitals"] == "up, down")
      for (point, modes) in [(0, 20), (1, 14), (2, 26)] {
        for name in ["modes/energy", "sweep/lambda", "sweep/occupation"] {
          let values = try #require(file.datasets[name]?.values)[point * 26..<point * 26 + 26]
          #expect(values.prefix(modes).allSatisfy { abs($0) < 100 }, "\(name)")
          #expect(values.dropFirst(modes).allSatisfy { $0 == ResultContent.nothing }, "\(name)")
        }
        let bands = try #require(file.datasets["modes/band"]?.values)[point * 26..<point * 26 + 26]
        #expect(bands.elementsEqual((0..<26).map { $0 < modes ? Double($0 % 2) : -1 }))
      }
      // Each row is that of its size alone.
      let one = try await Tgge.run(
        ["steady", "deck.yaml", "--modes", "7", "--out", "7.hdf5"],
        in: folder
      )
      #expect(one.status == 0, "\(one)")
      let alone = try await ResultContent.read("7.hdf5", in: folder).datasets
      for (name, steady) in [
        ("sweep/lambda", "steady/lambda"), ("modes/energy", "modes/energy"),
        ("modes/momentum", "modes/momentum"),
      ] {
        let row = try #require(file.datasets[name]?.values)[26..<40]
        #expect(row.elementsEqual(alone[steady]?.values ?? []), "\(name)")
      }
    }
  }

  @Test("A point of a sweep that failed has a cause and no numbers", arguments: [nil, 2])
  func failedPoint(ranks: Int?) async throws {
    try await withScratch { folder in
      try folder.write("deck.yaml", Sample.rashba.utf8)
      let words = ["sweep", "deck.yaml", "--vary", "lattice.zeeman=-1,0,1", "--out", "field.h5"]
      let outcome = try await Tgge.run(words, ranks: ranks, in: folder)
      #expect(outcome.status == 70, "\(outcome)")
      let file = try await ResultContent.read("field.h5", in: folder).datasets
      #expect(file["sweep/status"]?.values == [0, 1, 0])
      let causes = file["sweep/cause"]?.text.split(
        separator: "\n",
        omittingEmptySubsequences: false
      )
      #expect(causes?.count == 3 && causes?[0].isEmpty == true && causes?[2].isEmpty == true)
      #expect(causes?[1].contains("degenerate") == true)
      let currents = file["sweep/current"]?.values ?? []
      #expect(currents.count == 3 && currents[1] == ResultContent.nothing)
      #expect(abs(currents[0]) < 1 && abs(currents[2]) < 1)
      // Energies differ from point to point, momenta do not.
      let modes = try #require(file["modes/band"]?.shape.first)
      #expect(file["modes/momentum"]?.shape == [modes, 1])
      #expect(file["modes/energy"]?.shape == [3, modes])
      for name in ["modes/energy", "sweep/lambda", "sweep/occupation"] {
        let values = try #require(file[name]?.values)
        #expect(values.count == 3 * modes, "\(name)")
        for (mode, value) in values.enumerated() {
          let isThere = mode / modes != 1
          #expect(isThere ? abs(value) < 100 : value == ResultContent.nothing, "\(name), \(mode)")
        }
      }
    }
  }

  private struct LimitNumbers: Decodable {
    struct Point: Decodable {
      let modes: Double
      let current: Double
      let averageCurrent: Double
      let variation: Double
      let digest: String
    }
    let points: [Point]
    let limit: Double
    let error: Double
    let decayRate: Double
    let scale: Double
  }

  @Test("extrapolate writes its sizes and the limit, the same on any ranks")
  func extrapolate() async throws {
    try await withScratch { folder in
      let words = [
        "extrapolate", Tgge.inputs + "/figure3.yaml", "--modes", "16,24,32", "--set",
        "record.momenta=[]", "--json", "--quiet", "--out",
      ]
      let outcome = try await Tgge.run(words + ["1.h5"], in: folder)
      #expect(outcome.status == 0, "\(outcome)")
      let report = try JSONDecoder().decode(LimitNumbers.self, from: Data(outcome.output.utf8))
      let file = try await ResultContent.read("1.h5", in: folder)
      Self.expectLabels(file)
      let values = file.datasets.mapValues(\.values)
      #expect(values["sizes/cells"] == report.points.map(\.modes))
      #expect(values["sizes/current"] == report.points.map(\.current))
      #expect(values["sizes/average_current"] == report.points.map(\.averageCurrent))
      #expect(values["sizes/variation"] == report.points.map(\.variation))
      let digests = report.points.map(\.digest).joined(separator: "\n")
      #expect(file.datasets["sizes/digest"]?.text == digests)
      #expect(values["limit/current"] == [report.limit])
      #expect(values["limit/error"] == [report.error])
      #expect(values["limit/decay_rate"] == [report.decayRate])
      #expect(values["limit/scale"] == [report.scale])
      #expect(file.datasets["limit/decay_rate"]?.attributes["unit"] == "1/cell")
      let other = try await Tgge.run(words + ["2.h5"], ranks: 2, in: folder)
      #expect(other.status == 0, "\(other)")
      let second = try await ResultContent.read("2.h5", in: folder)
      #expect(second.datasets == file.datasets)
    }
  }

  private struct BandNumbers: Decodable {
    struct Mode: Decodable {
      let momentum: [Double]
      let energy: Double
      let velocity: [Double]
      let weights: [String: Double]
    }
    let states: [Mode]
  }

  @Test("bands writes energies, velocities and weights, the same on any ranks")
  func bands() async throws {
    try await withScratch { folder in
      try folder.write("deck.yaml", Sample.custom.utf8)
      let words = ["bands", "deck.yaml", "--json", "--quiet", "--out"]
      let outcome = try await Tgge.run(words + ["1.h5"], in: folder)
      #expect(outcome.status == 0, "\(outcome)")
      let data = Data(outcome.output.utf8)
      let states = try JSONDecoder().decode(BandNumbers.self, from: data).states
      let file = try await ResultContent.read("1.h5", in: folder)
      Self.expectLabels(file)
      let values = file.datasets.mapValues(\.values)
      #expect(values["modes/momentum"] == states.flatMap(\.momentum))
      #expect(values["modes/energy"] == states.map(\.energy))
      #expect(values["modes/velocity"] == states.flatMap(\.velocity))
      let weights = states.flatMap { state in ["up", "down"].map { state.weights[$0] ?? .nan } }
      #expect(values["modes/orbital_weight"] == weights)
      let other = try await Tgge.run(words + ["7.h5"], ranks: 7, in: folder)
      #expect(other.status == 0, "\(other)")
      let second = try await ResultContent.read("7.h5", in: folder)
      #expect(second.datasets == file.datasets)
    }
  }
}
