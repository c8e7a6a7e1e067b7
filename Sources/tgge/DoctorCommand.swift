import ArgumentParser
import CProcessor
import Communication
import Foundation
import MPICommunication

/// The command `tgge doctor`.
struct DoctorCommand: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Checks that the ranks, MPI and the processor are what they should be."
  )

  func run(on communicator: MPICommunicator) throws {
    let library = try MPILibrary(asking: communicator)
    let hosts = try hosts(library.host, on: communicator)
    var problems: [String] = []

    // A sum and a gather whose results are known.
    let (rank, size) = (communicator.rank, communicator.size)
    let sum = try communicator.sum(Int64(rank + 1))
    if try communicator.maximum(sum == Int64(size * (size + 1) / 2) ? 0 : 1 as Int64) > 0 {
      problems.append("the sum over ranks is wrong")
    }
    var squares = [Double](repeating: -1, count: size)
    squares[rank] = Double(rank * rank)
    var span = squares.mutableSpan
    try communicator.gather(&span, layout: SliceLayout(slices: (0..<size).map { $0..<$0 + 1 }))
    let gathered = squares == (0..<size).map { Double($0 * $0) }
    if try communicator.maximum(gathered ? 0 : 1 as Int64) > 0 {
      problems.append("the gather over ranks is wrong")
    }
    if communicator.yieldsWhileWaiting {
      problems.append("some host has more ranks than cores: they will wait for each other")
    }
    let compiled = String(cString: tgge_processor_compiled_features())
    if !tgge_processor_compiled_with_fma() {
      problems.append(
        "built without fused multiply-add: several times slower; build with launch/build"
      )
    }

    if rank == 0 { printReport(library, hosts, size, compiled, problems) }
    guard !problems.contains(where: { $0.hasPrefix("the ") }) else {
      throw UsageError("the ranks do not compute together: MPI or its launcher is broken here")
    }
  }

  private func printReport(
    _ library: MPILibrary,
    _ hosts: [(host: String, ranks: Int)],
    _ size: Int,
    _ compiled: String,
    _ problems: [String]
  ) {
    print("tgge \(Version.number), built with \(MPILibrary.builtWith)")
    print(
      "MPI         \(library.version), standard \(library.standard), threads \(library.threads)"
    )
    print("ranks       \(size)")
    for (host, count) in hosts {
      print("host        \(host): \(Summary.ranks(count))")
    }
    print("processor   \(String(cString: tgge_processor_brand()))")
    print("compiled    \(compiled)")
    print("running     \(String(cString: tgge_processor_running_features()))")
    print("sum, gather \(problems.contains { $0.hasPrefix("the ") } ? "WRONG" : "correct")")
    for problem in problems { print("problem     \(problem)") }
    if problems.isEmpty { print("all is well") }
  }

  /// The hosts in the order of their first ranks, each with its number of ranks.
  ///
  /// Collective.
  private func hosts(
    _ own: String,
    on communicator: MPICommunicator
  ) throws -> [(host: String, ranks: Int)] {
    var hosts: [(host: String, ranks: Int)] = []
    for rank in 0..<communicator.size {
      var bytes = rank == communicator.rank ? Array(own.utf8) : []
      try communicator.broadcast(&bytes, from: rank)
      let host = String(decoding: bytes, as: UTF8.self)
      if let index = hosts.firstIndex(where: { $0.host == host }) {
        hosts[index].ranks += 1
      } else {
        hosts.append((host, 1))
      }
    }
    return hosts
  }
}
