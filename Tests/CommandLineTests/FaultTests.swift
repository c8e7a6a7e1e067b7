import Foundation
import Testing

extension Program {
  @Suite("Runs that end before their time")
  struct Faults {
    /// A run that would take hours.
    private static let long = [
      "evolve", Tgge.inputs + "/figure2.yaml", "--modes", "20000", "--forces", "direct",
      "--set", "time.end=1e6", "--set", "time.outputs=2", "--set", "record.momenta=[-1]",
    ]

    /// Starts three ranks, disturbs them in the middle of the work, and expects an end within 10 s
    /// that leaves nothing running.
    private func disturb(_ send: (Job) -> Void) async throws {
      try await withScratch { folder in
        let job = try Tgge.start(Faults.long, ranks: 3, in: folder)
        let isWorking = try await job.wait(seconds: 20) { job.errors.contains("direct forces: ") }
        #expect(isWorking)
        #expect(job.processes(named: "tgge").count == 3)
        try await Task.sleep(for: .milliseconds(300))

        let start = ContinuousClock.now
        send(job)
        let outcome = try await job.finish(timeout: 10)
        #expect(!outcome.timedOut, "still running after 10 s")
        #expect(outcome.status != 0)
        // MPICH's launcher says on standard output that a rank was killed.
        #expect(!outcome.output.contains("digest"))
        let isGone = try await job.wait(seconds: 10) { job.processes().isEmpty }
        #expect(isGone, "left running: \(job.processes())")
        #expect(ContinuousClock.now - start < .seconds(10))
        try await job.killAll()
      }
    }

    @Test("A rank that is killed ends the job", arguments: [0, 1, 2])
    func killedRank(rank: Int) async throws {
      try await disturb { job in
        let victim = job.processes(named: "tgge").first { identifier in
          let variables = job.variables(of: identifier)
          return ["OMPI_COMM_WORLD_RANK=\(rank)", "PMI_RANK=\(rank)"].contains(
            where: variables.contains
          )
        }
        #expect(victim != nil)
        if let victim { kill(victim, SIGKILL) }
      }
    }

    @Test("Ctrl-C and SIGTERM end the launcher and all ranks", arguments: [SIGINT, SIGTERM])
    func signal(number: Int32) async throws {
      try await disturb { kill($0.identifier, number) }
    }

    @Test("All ranks end with the same status where there is no spectrum")
    func sameStatus() async throws {
      try await withScratch { folder in
        let program = "'\(Tgge.binary)' spectrum '\(Tgge.inputs)/figure3.yaml' --all --modes 64"
        let script = "\(program) --set baths.thermal.beta=50 --quiet; echo $? >>statuses; true"
        let words = Launcher.own.words(ranks: 3) + ["/bin/sh", "-c", script]
        let outcome = try await Job(words, in: folder).finish(timeout: 60)
        #expect(outcome.errors.contains("the relaxation rates were not found"), "\(outcome)")
        #expect(outcome.errorLines.count == 1)
        #expect(folder.text("statuses") == "70\n70\n70\n")
      }
    }

    @Test(
      "A standard error that nothing can be written to changes no status",
      arguments: ["2>/dev/full", "2>&-"]
    )
    func unwritableError(redirection: String) async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        for (deck, status) in [("none.yaml", 64), ("deck.yaml", 0)] {
          let script = "'\(Tgge.binary)' steady \(deck) --verify-forces \(redirection)"
          let outcome = try await Job(["/bin/sh", "-c", script], in: folder).finish(timeout: 30)
          #expect(outcome.status == status, "\(outcome)")
        }
      }
    }

    @Test("A run that is killed while it writes leaves no torn file")
    func killedWriter() async throws {
      try await withScratch { folder in
        try folder.write("deck.yaml", Sample.chain.utf8)
        try folder.write("lambda.csv", "old".utf8)
        let job = try Tgge.start(
          ["evolve", "deck.yaml", "--modes", "2000000", "--set", "time.end=1e-3"]
            + ["--out", "lambda.csv", "--set", "record.momenta=[]"],
          in: folder
        )
        // Killed as soon as rows of the new file are there.
        let isWriting = try await job.wait(seconds: 20) {
          folder.names.contains { $0 != "lambda.csv" && folder.bytes($0).count > 100_000 }
        }
        kill(job.identifier, SIGKILL)
        let outcome = try await job.finish(timeout: 10)
        #expect(isWriting && outcome.status == 128 + SIGKILL, "\(outcome)")
        #expect(folder.text("lambda.csv") == "old")
        try await job.killAll()
      }
    }

    @Test("Numerics that fail are status 70 and one line", arguments: [nil, 3, 7] as [Int?])
    func numerics(ranks: Int?) async throws {
      let hot = (0..<4).map { "\(-1 + Double($0) / 2),0,\($0 == 2 ? 800 : 0)\n" }
      let table = "momentum,band,lambda\n" + hot.joined()
      var refusals: [Refusal] = [
        .options("--set", "baths.coupling=1e300", saying: "step length fell", "stiff"),
        .options("--set", "initial={thermal: {beta: 1e4}}", saying: "rates that are not finite"),
        Refusal(
          title: "λ = 800",
          files: ["deck.yaml": Array(Sample.chain.utf8), "lambda.csv": Array(table.utf8)],
          arguments: [
            "evolve", "deck.yaml", "--modes", "4", "--set", "initial={file: lambda.csv}",
          ],
          saying: ["rates that are not finite"]
        ),
      ]
      for index in refusals.indices { refusals[index].status = 70 }
      try await Refusal.expect(refusals, ranks: ranks)
    }
  }
}
