import Foundation

/// The program that draws.
public struct Gnuplot: Sendable {
  /// Where it is.
  private let path: String

  /// Finds the program on the PATH; nil if it is not there.
  ///
  /// - Parameter folders: The PATH.
  public init?(searching folders: String?) {
    let paths = (folders ?? "").split(separator: ":").map { "\($0)/gnuplot" }
    guard let path = paths.first(where: { FileManager.default.isExecutableFile(atPath: $0) })
    else { return nil }
    self.path = path
  }

  /// Runs a script.
  ///
  /// - Parameter file: The script.
  /// - Returns: What gnuplot complains about, in one line; nil if all went well.
  /// - Throws: If it cannot be started.
  public func run(_ file: String) throws -> String? {
    let process = Process()
    let complaints = Pipe()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = [file]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = complaints
    try process.run()
    let bytes = complaints.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus != 0 || process.terminationReason != .exit else { return nil }
    // gnuplot shows the command, a mark below it, and then what is wrong.
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    return oneLine(lines.last.map(String.init) ?? "exit status \(process.terminationStatus)")
  }
}
