import Foundation
import Testing

extension Program {
  @Suite("Launchers and processors that do not fit")
  struct Launchers {
    @Test(
      "The mpirun of another MPI is found out: one line, not several runs",
      .enabled(if: Launcher.foreign.path != nil, "only one MPI is installed"),
      arguments: [2, 3]
    )
    func foreign(ranks: Int) async throws {
      let outcome = try await Tgge.run(
        ["evolve", Tgge.inputs + "/figure2.yaml"],
        ranks: ranks,
        launcher: .foreign
      )
      #expect(outcome.status == 64, "\(outcome)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.errorLines.count == 1, "\(outcome)")
      #expect(outcome.errors.hasPrefix("tgge: "))
      #expect(outcome.errors.contains("started several processes"))
      #expect(outcome.errors.contains(Launcher.own.rawValue))
      #expect(outcome.seconds < 20)
    }

    @Test(
      "A processor without the instructions of the build gets a message, not SIGILL",
      .enabled(if: Launcher.find("qemu-x86_64") != nil, "qemu-user is not installed")
    )
    func olderProcessor() async throws {
      let doctor = try await Tgge.run(["doctor"])
      let compiled = doctor.output.split(separator: "\n").first { $0.hasPrefix("compiled") } ?? ""
      guard compiled.split(separator: " ").contains("avx") else { return }  // Nehalem is enough

      let qemu = try #require(Launcher.find("qemu-x86_64"))
      let words = [qemu, "-cpu", "Nehalem", Tgge.binary, "--version"]
      let outcome = try await Job(words, in: nil).finish(timeout: 20)
      #expect(outcome.status == 70, "\(outcome)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains("tgge: this binary was built for processors with "))
      #expect(outcome.errors.contains("rebuild with TGGE_ARCH="))
      #expect(!outcome.timedOut)
    }
  }
}
