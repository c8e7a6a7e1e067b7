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
      by plain writes of a mebibyte and an fsync, as `dd bs=1M conv=fsync` does. Figures are medians. \
      benchmarks/checkpoint compares with dd itself.
      """
  )

  @Argument(help: "A file to write on the disk in question, which is not there yet; it is removed.")
  var file: String

  @Option(help: "Momentum modes L of the chain.")
  var modes = 10_000_000

  @OptionGroup var options: BenchmarkOptions

  func validate() throws {
    guard modes > 0 else { throw ValidationError("--modes must be 1 or more") }
  }

  func run(on communicator: MPICommunicator) throws {
    try communicator.agree { if communicator.rank == 0 { try requireNew() } }
    let bytes = 8 * Double(modes)
    let output = OutputFile(option: "file", path: file, bytes: 3 * bytes)
    try OutputFiles.check([output], on: communicator)
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
    var (plain, parallel) = (Timings(), Timings())
    for round in 0...options.repeats {
      let both = (
        try seconds(on: communicator) {
          try communicator.agree { if communicator.rank == 0 { try writePlain() } }
        },
        try seconds(on: communicator) {
          let vector = UnsafeBufferPointer(lambda.buffer)
          try checkpoint.write(content, [vector], keepsFormer: true)
        }
      )
      // The first time, files have no former ones to be replaced.
      guard round > 0 else { continue }
      try plain.add(both.0, on: communicator)
      try parallel.add(both.1, on: communicator)
    }
    try checkpoint.remove()
    if communicator.rank == 0 { unlink(plainFile) }
    let row = CheckpointRow(modes: modes, plain, parallel)
    try report([row], asJSON: options.json, on: communicator) { row.printTable() }
  }

  /// The file of plain writes.
  private var plainFile: String { file + ".plain" }

  /// Throws if anything has a name that is written to, since all of them are removed.
  private func requireNew() throws {
    typealias Checkpoint = CheckpointFile<MPICommunicator>
    for name in [file, plainFile, Checkpoint.partial(file), Checkpoint.previous(file)] {
      var status = stat()
      guard lstat(name, &status) == 0 else { continue }
      let which = name == file ? "" : "\(name) "
      throw UsageError(
        "file \(file): \(which)is there already, and would be removed; name one that does not exist"
      )
    }
  }

  /// Writes zeros block by block and waits for the disk.
  private func writePlain() throws {
    let path = plainFile
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

/// Checkpoints and plain writes of as many bytes.
private struct CheckpointRow: BenchmarkRow {
  var work = "checkpoint"
  let modes: Int
  let repeats: Int
  /// Of λ alone.
  let bytes: Int
  let seconds: Double
  let fastestSeconds: Double
  let slowestSeconds: Double
  let plainSeconds: Double

  init(modes: Int, _ plain: Timings, _ parallel: Timings) {
    self.modes = modes
    repeats = parallel.seconds.count
    bytes = 8 * modes
    seconds = parallel.median
    fastestSeconds = parallel.fastest
    slowestSeconds = parallel.slowest
    plainSeconds = plain.median
  }

  /// Writes a table for people.
  func printTable() {
    print(
      String(
        format:
          "%d modes, %.1f MB\none rank, plain %8.1f MB/s\ncheckpoint      %8.1f MB/s, %.0f %%",
        modes,
        1e-6 * Double(bytes),
        1e-6 * Double(bytes) / plainSeconds,
        1e-6 * Double(bytes) / seconds,
        100 * plainSeconds / seconds
      )
    )
  }
}
