import ArgumentParser
import Communication
import Foundation
import MPICommunication
import Records
import VectorMath

/// The command `tgge benchmark checkpoint`.
struct CheckpointBenchmark: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Measures how fast a checkpoint is on the disk.",
    discussion: """
      Writes checkpoints of λ from all ranks, and in turn with them the same number of bytes from one rank \
      by plain writes of a mebibyte and an fsync, as `dd bs=1M conv=fsync` does. Figures are medians.
      """
  )

  @Argument(help: "A file to write on the disk in question; it is removed.")
  var file: String

  @Option(help: "Momentum modes L of the chain.")
  var modes = 10_000_000

  @Option(help: "How often each figure is measured.")
  var repeats = 7

  func validate() throws {
    guard modes > 0, (1...1000).contains(repeats) else {
      throw ValidationError("--modes must be 1 or more, --repeats between 1 and 1000")
    }
  }

  func run(on communicator: MPICommunicator) throws {
    let bytes = 8 * Double(modes)
    try SharedFile.checkWritable(file, as: "file", bytes: 3 * bytes, on: communicator)
    let partition = Partition(momenta: modes, bands: 1, over: communicator)
    let lambda = AlignedVector(count: partition.owned.count)
    for (index, mode) in partition.owned.enumerated() { lambda[index] = Double(mode).squareRoot() }
    let checkpoint = CheckpointFile(
      file,
      over: communicator,
      owned: partition.owned,
      of: partition.modes
    )
    let content = CheckpointContent(version: Version.number, entries: [], words: [])
    var times: [[Double]] = [[], []]
    for round in 0...repeats {
      let plain = try seconds(on: communicator) {
        try communicator.agree { if communicator.rank == 0 { try writePlain() } }
      }
      let parallel = try seconds(on: communicator) {
        try checkpoint.write(
          content,
          [UnsafeBufferPointer(lambda.buffer)],
          keepsFormer: true
        )
      }
      // The first time, files have no former ones to be replaced.
      if round > 0 {
        times[0].append(plain)
        times[1].append(parallel)
      }
    }
    try checkpoint.remove()
    guard communicator.rank == 0 else { return }
    unlink(file + ".plain")
    let (plain, parallel) = (middle(of: times[0]), middle(of: times[1]))
    let ranks = communicator.size == 1 ? "1 rank" : "\(communicator.size) ranks"
    print(
      String(
        format: "%d modes, %.1f MB\none rank, plain %8.1f MB/s\n%@, checkpoint %8.1f MB/s, %.0f %%",
        modes,
        bytes / 1e6,
        bytes / plain / 1e6,
        ranks,
        bytes / parallel / 1e6,
        100 * plain / parallel
      )
    )
  }

  /// Writes zeros block by block and waits for the disk.
  private func writePlain() throws {
    let path = file + ".plain"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    defer { close(descriptor) }
    let block = [UInt8](repeating: 0, count: 1 << 20)
    var left = 8 * modes
    while left > 0 {
      let count = write(descriptor, block, min(left, block.count))
      guard count > 0 else { throw UsageError("\(path): \(String(cString: strerror(errno)))") }
      left -= count
    }
    guard fsync(descriptor) == 0 else { throw UsageError("\(path): cannot be synchronized") }
  }
}
