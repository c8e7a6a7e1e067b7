import Foundation

/// A run of the program that has been started: `tgge` alone, or an mpirun with its ranks.
///
/// All its processes carry a variable with a value of their own, by which they are found even where
/// the launcher has put them into other process groups.
struct Job {
  /// What came of a run.
  struct Outcome: Sendable {
    /// The exit status; 128 and the number of the signal if one ended it.
    let status: Int32
    let output: String
    let errors: String
    let seconds: Double
    let timedOut: Bool

    /// What was written to standard error, line by line.
    var errorLines: [Substring] { errors.split(whereSeparator: \.isNewline) }

    /// The JSON object that was written, with every digit, but for the lines of some keys.
    func report(without keys: [String]) throws -> String {
      _ = try JSONObject(output)
      return output.split(separator: "\n").filter { line in
        let words = line.drop { $0 == " " }
        return !keys.contains { key in words.hasPrefix("\"\(key)\"") }
      }
      .joined(separator: "\n")
    }
  }

  private let process = Process()
  private let start = ContinuousClock.now
  private let streams: Scratch
  private let tag = "TGGE_TEST_RUN=\(UUID().uuidString)"

  /// Open MPI's files of this run alone.
  private var sessions: String { streams.url.path + "-sessions" }

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - words: Its path and its arguments.
  ///   - folder: Where it works; any if nil.
  /// - Throws: If there is no such program.
  init(_ words: [String], in folder: Scratch?) throws {
    streams = try Scratch()
    process.executableURL = URL(fileURLWithPath: words[0])
    process.arguments = Array(words.dropFirst())
    process.currentDirectoryURL = (folder ?? streams).url
    let parts = tag.split(separator: "=").map(String.init)
    // Runs of Open MPI that share a folder for their sessions remove it under each other's hands. It is
    // not there yet: who makes it may be another user.
    let own = [parts[0]: parts[1], "OMPI_MCA_orte_tmpdir_base": sessions]
    process.environment = Launcher.environment.merging(own) { $1 }
    process.standardInput = FileHandle.nullDevice
    // Files, unlike pipes, neither fill up nor stay open for what is left running.
    process.standardOutput = try streams.create("out")
    process.standardError = try streams.create("err")
    try Job.withoutBlockedSignals { try process.run() }
  }

  /// Tests run on threads that block signals, which a child would inherit.
  private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var former = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &former)
    defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
    try body()
  }

  /// The process that was started: the program itself, or its launcher.
  var identifier: Int32 { process.processIdentifier }

  /// What has been written to standard error so far.
  var errors: String { streams.text("err") }

  /// Waits for the end, or ends everything after `timeout` seconds.
  func finish(timeout: Double) async throws -> Outcome {
    defer {
      streams.remove()
      try? FileManager.default.removeItem(atPath: sessions)
    }
    let ended = try await wait(seconds: timeout) { !process.isRunning }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    if !ended { try await killAll() }
    let number = process.terminationStatus
    return Outcome(
      status: process.terminationReason == .exit ? number : 128 + number,
      output: streams.text("out"),
      // libevent, within mpirun, may say so while that ends; no rank does.
      errors: streams.text("err").replacing(/\[warn\] Epoll .*\n/, with: ""),
      seconds: seconds,
      timedOut: !ended
    )
  }

  /// Waits until a condition holds; false if it does not within so many seconds.
  func wait(seconds: Double, until condition: () -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while !condition() {
      guard ContinuousClock.now < end else { return false }
      try await Task.sleep(for: .milliseconds(10))
    }
    return true
  }

  /// The identifiers of the processes of this job that are alive: all, or those that run a program
  /// called `name`.
  func processes(named name: String? = nil) -> [Int32] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { Int32($0) }.filter { identifier in
      guard variables(of: identifier).contains(tag) else { return false }
      guard let name else { return true }
      let path = try? FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/\(identifier)/exe"
      )
      return path?.hasSuffix("/" + name) ?? false
    }
  }

  /// The variables of a process, none of one that has ended.
  func variables(of identifier: Int32) -> [String] {
    let data = FileManager.default.contents(atPath: "/proc/\(identifier)/environ") ?? Data()
    return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Sends SIGKILL to everything that is left.
  func killAll() async throws {
    for identifier in processes() { kill(identifier, SIGKILL) }
    _ = try await wait(seconds: 5) { !process.isRunning }
  }
}
