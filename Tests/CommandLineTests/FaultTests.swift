import Foundation
import Testing

extension Program {
  @Suite("Faults in the middle of a run")
  struct Faults {
    /// A run that would take hours.
    private func startLongRun(_ folder: Scratch, ranks: Int) async throws -> Job {
      try folder.write("deck.yaml", Sample.chain.utf8)
      let job = try Tgge.start(
        [
          "evolve", "deck.yaml", "--modes", "20000", "--forces", "direct", "--set", "time.end=1e6",
          "--set", "record={}", "--out", "final.csv",
        ],
        ranks: ranks,
        in: folder
      )
      // The first rank says so when the integration begins.
      let begun = try await job.wait(seconds: 30) { job.errors.contains("direct forces:") }
      #expect(begun)
      #expect(job.processes(named: "tgge").count == ranks)
      return job
    }

    @Test(
      "A rank killed by SIGKILL ends the job within 10 s, and nothing keeps running",
      arguments: [0, 2]
    )
    func killedRank(victim: Int) async throws {
      try await withScratch { folder in
        let job = try await startLongRun(folder, ranks: 3)
        let ranks = job.processes(named: "tgge").sorted()
        kill(ranks[victim], SIGKILL)
        let outcome = try await job.finish(timeout: 10)
        #expect(!outcome.timedOut)
        #expect(outcome.status != 0)
        let gone = try await job.wait(seconds: 5) { job.processes(named: "tgge").isEmpty }
        #expect(gone)
        #expect(!folder.holds("final.csv"))
      }
    }

    @Test("SIGINT and SIGTERM to the launcher end all ranks", arguments: [SIGINT, SIGTERM])
    func interrupted(signal: Int32) async throws {
      try await withScratch { folder in
        let job = try await startLongRun(folder, ranks: 2)
        kill(job.identifier, signal)
        let outcome = try await job.finish(timeout: 10)
        #expect(!outcome.timedOut)
        #expect(outcome.status != 0)
        let gone = try await job.wait(seconds: 5) { job.processes(named: "tgge").isEmpty }
        #expect(gone)
        #expect(!folder.holds("final.csv"))
      }
    }

    @Test(
      "Started by the launcher of another MPI, the program says so instead of running N times",
      .enabled(if: Launcher.foreign.path != nil, "the other MPI is not installed")
    )
    func foreignLauncher() async throws {
      let deck = Tgge.inputs + "/figure2.yaml"
      let outcome = try await Tgge.run(["evolve", deck], ranks: 3, launcher: .foreign)
      #expect(outcome.status == 64, "\(outcome)")
      #expect(outcome.output.isEmpty)
      let own = outcome.errorLines.filter { $0.hasPrefix("tgge: ") }
      #expect(own.count == 1)
    }

    @Test("Numerics that fail end with status 70 and one line", arguments: [nil, 3] as [Int?])
    func numerics(ranks: Int?) async throws {
      try await withScratch { folder in
        // One mode has been filled far beyond what its rates can follow.
        let rows = ["momentum,band,lambda", "-1,0,1e6", "-0.5,0,0", "0,0,0", "0.5,0,0"]
        try folder.write("lambda.csv", rows.joined(separator: "\n").utf8)
        let deck = Sample.chain.replacing(
          "initial: {filling: 0.5}",
          with: "initial: {file: lambda.csv}"
        )
        try folder.write("deck.yaml", deck.utf8)
        let outcome = try await Tgge.run(
          ["evolve", "deck.yaml", "--modes", "4", "--quiet", "--forces", "direct"],
          ranks: ranks,
          in: folder
        )
        #expect(outcome.status == 70, "\(outcome)")
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.output.isEmpty)
      }
    }

    @Test(
      "A processor without the instructions of the build is told, not killed",
      .enabled(if: Launcher.find("qemu-x86_64") != nil, "qemu-user is not installed"),
      .enabled(if: Faults.isNewer, "this build runs on the processor that is imitated")
    )
    func olderProcessor() async throws {
      let qemu = try #require(Launcher.find("qemu-x86_64"))
      let job = try Job([qemu, "-cpu", "Nehalem", Tgge.binary, "--version"], in: nil)
      let outcome = try await job.finish(timeout: 60)
      #expect(outcome.status == 70)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains("this binary was built for"))
      #expect(outcome.errors.contains("launch/build"))
    }

    /// Whether the tests, and so the program, are built for more than Nehalem.
    private static let isNewer: Bool = {
      let flags = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
      return flags.contains(" avx2 ")
    }()
  }
}
