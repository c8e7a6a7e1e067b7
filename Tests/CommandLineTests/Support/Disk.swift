import Foundation
import Testing

/// A small file system in memory, mounted on a folder of its own; needs root.
struct Disk {
  /// What is on it.
  let folder: Scratch

  /// Runs `body` with a disk of so many kilobytes, which is unmounted at the end.
  static func with(kilobytes: Int, _ body: (Disk) async throws -> Void) async throws {
    try await withScratch { folder in
      let disk = Disk(folder: folder)
      try await mount("-t", "tmpfs", "-o", "size=\(kilobytes)k", "tgge-test", folder.url.path)
      do { try await body(disk) } catch { Issue.record(error) }
      let unmount = try #require(Launcher.find("umount"))
      let outcome = try await Job([unmount, folder.url.path], in: nil).finish(timeout: 10)
      #expect(outcome.status == 0, "\(outcome)")
    }
  }

  /// Forbids to write to it, or allows it again.
  func mount(readOnly: Bool) async throws {
    try await Disk.mount("-o", "remount,\(readOnly ? "ro" : "rw")", folder.url.path)
  }

  private static func mount(_ words: String...) async throws {
    let mount = try #require(Launcher.find("mount"))
    let outcome = try await Job([mount] + words, in: nil).finish(timeout: 10)
    #expect(outcome.status == 0, "\(outcome)")
  }

  /// Gives what is left of it to somebody else.
  func fill() {
    let block = [UInt8](repeating: 1, count: 4096)
    guard let file = fopen(folder.url.appending(path: "filler").path, "w") else { return }
    while fwrite(block, 1, block.count, file) == block.count, fflush(file) == 0 {}
    fclose(file)
  }

  /// Takes back what `fill` gave away.
  func free() { folder.remove("filler") }

  /// Whether file systems can be mounted here.
  static let isPossible: Bool = {
    guard geteuid() == 0, let mount = Launcher.find("mount"), let folder = try? Scratch() else {
      return false
    }
    defer { folder.remove() }
    guard succeeds([mount, "-t", "tmpfs", "tgge-test", folder.url.path]) else { return false }
    return Launcher.find("umount").map { succeeds([$0, folder.url.path]) } ?? false
  }()

  /// Whether a command ends with status 0.
  static func succeeds(_ words: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: words[0])
    process.arguments = Array(words.dropFirst())
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
