import Foundation
import Records

/// Where a picture is written to.
public struct PictureFile: Sendable {
  /// The picture, or the script if that is wanted.
  public let path: String

  /// The kind of file.
  public let format: PictureFormat

  /// Takes the name of a picture.
  ///
  /// - Throws: `PlotError` if its ending is none of a format.
  public init(_ path: String) throws(PlotError) {
    self.path = path
    format = try PictureFormat(of: path)
  }

  private var stem: String {
    let url = URL(fileURLWithPath: path).deletingPathExtension()
    return path.hasPrefix("/") ? url.path : url.relativePath
  }

  /// The script that is left where gnuplot is missing or fails.
  public var script: String { stem + ".gnuplot" }

  /// The data of that script.
  public var data: String { stem + ".dat" }

  /// Draws a picture.
  ///
  /// The file appears when it is complete. Where gnuplot is missing or fails, the script and its data
  /// stay beside it, to plot elsewhere.
  ///
  /// - Parameters:
  ///   - content: What is to be drawn.
  ///   - gnuplot: What draws; nil where it is missing.
  /// - Throws: `PlotError` if nothing came of it.
  public func draw(_ content: Picture, with gnuplot: Gnuplot?) throws(PlotError) {
    guard format != .gnuplot else { return try writeScript(content) }
    guard let gnuplot else {
      try writeScript(content)
      throw PlotError(
        path,
        "gnuplot is not on the PATH (Debian package gnuplot-nox); wrote \(script) and \(data), "
          + "to plot elsewhere by: gnuplot \(name(of: script))"
      )
    }
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "tgge-plot-\(UUID().uuidString)"
    )
    defer { try? FileManager.default.removeItem(at: folder) }
    let (picture, complaint): (Data, String?)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let files = (script: folder.appending(path: "script"), data: folder.appending(path: "data"))
      let text = GnuplotScript(content, format: format, output: nil, dataFile: files.data.path)
      try Data(text.script.utf8).write(to: files.script)
      try Data(text.data.utf8).write(to: files.data)
      (picture, complaint) = try gnuplot.run(files.script.path)
    } catch {
      throw PlotError(path, "cannot be drawn: \(error.localizedDescription)")
    }
    if let complaint {
      try writeScript(content)
      throw PlotError(path, "gnuplot failed (\(complaint)); wrote \(script) and \(data)")
    }
    try PictureFile.write(picture, to: path)
  }

  private func writeScript(_ picture: Picture) throws(PlotError) {
    let text = GnuplotScript(
      picture,
      format: format,
      output: name(of: format == .gnuplot ? stem + ".svg" : path),
      dataFile: name(of: data)
    )
    // The script last: where it is, its data are.
    try PictureFile.write(Data(text.data.utf8), to: data)
    try PictureFile.write(Data(text.script.utf8), to: script)
  }

  /// Writes a file that gets its name when it is complete, or takes the place of what a link leads to.
  private static func write(_ bytes: Data, to path: String) throws(PlotError) {
    var file = PartialFile(for: LinkTarget.of(path))
    file.append(Array(bytes))
    if let reason = file.complete() { throw PlotError(path, "cannot be written: \(reason)") }
  }

  private func name(of path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }
}
