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

  /// Runs a script that draws to standard output, where no disk can be full unnoticed.
  ///
  /// - Parameter file: The script; complaints go to a file beside it.
  /// - Returns: The picture, and what gnuplot complains about, in one line; nil if all went well.
  /// - Throws: If it cannot be started.
  public func run(_ file: String) throws -> (picture: Data, complaint: String?) {
    let process = Process()
    let output = Pipe()
    let complaints = URL(fileURLWithPath: file + ".complaints")
    try Data().write(to: complaints)
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = [file]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: complaints)
    try process.run()
    let picture = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus != 0 || process.terminationReason != .exit else {
      return (picture, picture.isEmpty ? "it wrote nothing" : nil)
    }
    // gnuplot shows the command, a mark below it, and then what is wrong.
    let text = try String(decoding: Data(contentsOf: complaints), as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline)
    let complaint = lines.last.map(String.init) ?? "exit status \(process.terminationStatus)"
    return (picture, oneLine(complaint))
  }
}
