import Foundation
import Testing

extension Program {
  @Suite("Files of results, read by h5py")
  struct ResultFiles {
    /// What the reports have in common with the files; read so that every bit is kept.
    private struct Numbers: Decodable {
      struct Output: Decodable {
        let filling: Double
        let current: [Double]
      }
      let digest: String
      let current: [Double]
      let steps: Double?
      let outputs: [Output]?
      let slope: [Double]?
      let fillingSlope: [Double]?
      let residual: Double?

      init(_ outcome: Job.Outcome) throws {
        self = try JSONDecoder().decode(Numbers.self, from: Data(outcome.output.utf8))
      }
    }

    private static let time = ["--set", "time={end: 4, outputs: 3}"]

    @Test("evolve writes deck, modes and outputs with unit and description", arguments: [nil, 3])
    func evolve(ranks: Int?) async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.custom.utf8)
        let words = ["evolve", "deck.yaml", "--json", "--quiet", "--out", "run.h5"]
        let outcome = try await Tgge.run(words + ResultFiles.time, ranks: ranks, in: folder)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(folder.names == ["deck.yaml", "run.h5"])
        let report = try Numbers(outcome)
        let file = try await ResultContent.read("run.h5", in: folder)

        #expect(file.attributes["program"] == "tgge")
        #expect(file.attributes["command"] == "evolve")
        #expect(file.attributes["ranks"] == "\(ranks ?? 1)")
        #expect(file.attributes["digest"] == report.digest)
        #expect(file.attributes["mpi"]?.isEmpty == false)
        #expect(file.attributes["date"]?.hasSuffix("Z") == true)
        #expect(file.datasets["deck/given"]?.text == Sample.custom)
        #expect(file.datasets["deck/resolved"]?.text.contains("outputs: 3") == true)

        let shapes: [String: [Int]] = [
          "modes/momentum": [48, 2], "modes/band": [48], "modes/energy": [48],
          "modes/velocity": [48, 2], "modes/orbital_velocity": [48, 2, 2],
          "outputs/time": [3], "outputs/lambda": [3, 48], "outputs/occupation": [3, 48],
          "outputs/filling": [3], "outputs/filling_drift": [], "outputs/current": [3, 2],
          "outputs/orbital_current": [3, 2, 2], "outputs/steps": [3],
          "outputs/rejected_steps": [3], "outputs/force_evaluations": [3],
        ]
        let numbers = file.datasets.filter { !$0.key.hasPrefix("deck/") }
        #expect(numbers.mapValues(\.shape) == shapes)
        Self.expectLabels(file)
        #expect(numbers["outputs/time"]?.attributes["unit"] == "1/energy")
        #expect(numbers["modes/energy"]?.attributes["unit"] == "energy")
        #expect(numbers["modes/momentum"]?.attributes["unit"] == "pi")
        #expect(numbers["outputs/lambda"]?.attributes["axes"] == "output, mode")
        #expect(numbers["outputs/orbital_current"]?.attributes["orbitals"] == "up, down")

        // The values are those of the report, and fit each other.
        let values = numbers.mapValues(\.values)
        let outputs = try #require(report.outputs)
        #expect(values["outputs/time"] == [0, 2, 4])
        #expect(values["outputs/filling"] == outputs.map(\.filling))
        let currents = outputs.flatMap(\.current)
        #expect(values["outputs/current"] == currents)
        #expect(values["outputs/steps"]?.last == report.steps)
        let lambda = try #require(values["outputs/lambda"])
        let occupation = try #require(values["outputs/occupation"])
        for (one, other) in zip(lambda, occupation) {
          #expect(abs(other - 1 / (1 + exp(one))) < 4e-16)
        }
        let velocity = try #require(values["modes/velocity"])
        let last: [Double] = (0..<2).map { direction in
          let terms: [Double] = (0..<48).map { mode in
            velocity[mode * 2 + direction] * occupation[96 + mode]
          }
          return terms.reduce(0, +) / 24
        }
        for (sum, current) in zip(last, currents.suffix(2)) { #expect(abs(sum - current) < 1e-14) }
        let corner = [-1 + 2 * 0.1 / 6, -1 + 2 * 0.2 / 4]
        for (value, component) in zip(values["modes/momentum"] ?? [], corner) {
          #expect(abs(value - component) < 1e-15)
        }
        #expect(values["modes/band"]?.prefix(4) == [0, 1, 0, 1])
      }
    }

    @Test("The datasets are equal on any number of ranks", arguments: ["evolve", "steady"])
    func equal(command: String) async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.custom.utf8)
        let set = command == "evolve" ? ResultFiles.time : []
        for ranks in [1, 2, 7] {
          let words = [command, "deck.yaml", "--out", "\(ranks).hdf5"] + set
          let outcome = try await Tgge.run(words, ranks: ranks, in: folder)
          #expect(outcome.status == 0, "\(outcome)")
        }
        let alone = try await ResultContent.read("1.hdf5", in: folder)
        for ranks in [2, 7] {
          let file = try await ResultContent.read("\(ranks).hdf5", in: folder)
          #expect(file.datasets == alone.datasets)
          #expect(file.attributes["digest"] == alone.attributes["digest"])
        }
      }
    }

    @Test("steady writes its state, currents and responses", arguments: [nil, 2])
    func steady(ranks: Int?) async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.custom.utf8)
        let words = ["steady", "deck.yaml", "--json", "--quiet", "--out", "state.h5"]
        let outcome = try await Tgge.run(words, ranks: ranks, in: folder)
        #expect(outcome.status == 0, "\(outcome)")
        let report = try Numbers(outcome)
        let values = try await ResultContent.read("state.h5", in: folder).datasets
          .mapValues(\.values)
        #expect(values["steady/current"] == report.current)
        #expect(values["steady/drive_slope"] == report.slope)
        #expect(values["steady/filling_slope"] == report.fillingSlope)
        #expect(values["steady/residual"] == [try #require(report.residual)])
        #expect(values["steady/lambda"]?.count == 48)
      }
    }

    /// Each dataset has a unit, a description and the names of its axes.
    static func expectLabels(_ file: ResultContent) {
      for (name, dataset) in file.datasets where !name.hasPrefix("deck/") {
        #expect(dataset.attributes["unit"]?.isEmpty == false, "\(name)")
        #expect(dataset.attributes["description"]?.hasSuffix(".") == true, "\(name)")
        let axes = dataset.attributes["axes"]?.split(separator: ", ") ?? []
        #expect(axes.count == dataset.shape.count, "\(name)")
      }
    }

    @Test("A file of results that cannot be written is refused before the work")
    func refused() async throws {
      try await Refusal.expect(
        [
          .options("--out", "nowhere/run.h5", saying: "there is no folder"),
          .options("--out", "/dev/null/x.h5", saying: "--out"),
          Refusal(
            title: "a sweep",
            files: ["deck.yaml": Array(Sample.chain.utf8)],
            arguments: ["sweep", "deck.yaml", "--vary", "baths.drive=0,1", "--out", "none/a.h5"],
            saying: ["--out none/a.h5: there is no folder"]
          ),
          Refusal(
            title: "bands that touch at one momentum",
            files: ["deck.yaml": Array(Sample.rashba.utf8)],
            arguments: ["bands", "deck.yaml", "--set", "lattice.zeeman=0", "--out", "bands.h5"],
            saying: ["bands 0 and 1 are degenerate"]
          ),
          Refusal(
            title: "bands that touch at one momentum of a state",
            files: ["deck.yaml": Array(Sample.rashba.utf8)],
            arguments: ["steady", "deck.yaml", "--set", "lattice.zeeman=0", "--out", "run.h5"],
            saying: ["bands 0 and 1 are degenerate"]
          ),
        ],
        ranks: 2
      )
    }
  }
}
