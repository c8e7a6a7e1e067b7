import CProcessor
import Communication
import Foundation
import MPICommunication

/// Refuses what does not fit into memory, before anything is allocated.
enum MemoryCheck {
  /// Compares an estimate with the memory of this rank's host, shared by the ranks on it.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - bytes: What each rank will need.
  ///   - shared: What the ranks of each host will need together.
  ///   - communicator: The ranks.
  ///   - refusal: Makes an error of what is wrong.
  /// - Throws: That error, or on a rank whose host has enough `RemoteFailure`.
  static func require(
    _ bytes: Double,
    sharing shared: Double = 0,
    on communicator: MPICommunicator,
    refusal: (String) -> any Error
  ) throws {
    guard bytes * Double(communicator.size) + shared > little else { return }
    let ranks = Double(try ranksOnHost(communicator))
    try communicator.agree {
      let host = flaw(bytes * ranks + shared, of: availableBytes())
      if let flaw = host ?? processFlaw(bytes + shared) { throw refusal(flaw) }
    }
  }

  /// Makes a check for later, against what the host has to give now.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - communicator: The ranks.
  ///   - refusal: Makes an error of what is wrong.
  /// - Returns: Takes what each rank will need, and throws that error; not collective.
  /// - Throws: `CommunicationError`.
  static func later(
    on communicator: MPICommunicator,
    refusal: @escaping (String) -> any Error
  ) throws -> (Double) throws -> Void {
    let ranks = Double(try ranksOnHost(communicator))
    let available = availableBytes()
    return { bytes in
      if let flaw = flaw(bytes * ranks, of: available) ?? processFlaw(bytes) { throw refusal(flaw) }
    }
  }

  /// What is wrong with a number of bytes in this process.
  private static func processFlaw(_ needed: Double) -> String? {
    let limit = tgge_processor_address_limit()
    guard limit.isFinite else { return nil }
    let statistics = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = statistics?.split(separator: " ").first.flatMap { Double($0) } ?? 0
    let left = max(0, limit - pages * Double(sysconf(Int32(_SC_PAGESIZE))))
    guard needed > left else { return nil }
    return
      "needs about \(gigabytes(needed)) of memory on each rank, which may have \(gigabytes(left)) more "
      + "(ulimit -v); fewer modes, more ranks or a higher limit help"
  }

  /// What is wrong with a number of bytes on this host.
  private static func flaw(_ needed: Double, of available: Double) -> String? {
    guard needed > available else { return nil }
    return "needs about \(gigabytes(needed)) of memory on a host, which has "
      + "\(gigabytes(available)) to give; fewer modes or more hosts help"
  }

  /// What needs no check: as much as a program takes by itself.
  ///
  /// To ask the system takes half a millisecond.
  private static let little = Double(1 << 26)

  /// A number of bytes for people.
  static func gigabytes(_ bytes: Double) -> String {
    let (value, unit) =
      switch bytes {
      case ..<1e6: (bytes / 1e3, "kB")
      case ..<1e9: (bytes / 1e6, "MB")
      default: (bytes / 1e9, "GB")
      }
    return (value < 10 ? String(format: "%.1f ", value) : String(format: "%.0f ", value)) + unit
  }

  /// How many ranks share this rank's host.
  ///
  /// Collective.
  private static func ranksOnHost(_ communicator: MPICommunicator) throws -> Int {
    let name = try MPILibrary(asking: communicator).host
    // FNV-1a; hosts whose hashes collide would only make the estimate more careful.
    let hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    var hashes = [UInt64](repeating: 0, count: communicator.size)
    hashes[communicator.rank] = hash
    var span = hashes.mutableSpan
    try communicator.gather(
      &span,
      layout: SliceLayout(slices: (0..<communicator.size).map { $0..<$0 + 1 })
    )
    return hashes.count { $0 == hash }
  }

  /// The memory that this process may still use: the host's, or its control group's if that is less.
  private static func availableBytes() -> Double {
    var available = Double(ProcessInfo.processInfo.physicalMemory)
    if let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
      let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
    {
      available = kilobytes * 1024
    }
    for folder in controlGroups {
      guard let text = try? String(contentsOfFile: folder + "/memory.max", encoding: .utf8),
        let limit = Double(text.trimmingCharacters(in: .whitespacesAndNewlines))
      else { continue }
      available = min(available, limit)
    }
    return available
  }

  /// The folders of this process's control group and those around it, as of a job of a batch system.
  private static var controlGroups: [String] {
    let text = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)
    let own = text?.split(separator: "\n").first { $0.hasPrefix("0::/") }?.dropFirst(3) ?? "/"
    var folders = ["/sys/fs/cgroup"]
    for name in own.split(separator: "/") {
      folders.append(folders[folders.count - 1] + "/" + name)
    }
    return folders
  }
}
