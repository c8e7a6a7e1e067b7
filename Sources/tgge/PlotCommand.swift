import ArgumentParser
import Communication
import Foundation
import Pictures

/// The command `tgge plot FILE`.
struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draws what a run has written, through gnuplot.",
    discussion: """
      A file is what --json wrote (evolve: λ(t), the Gibbs values dashed; sweep: λ and the currents \
      against what was varied; steady: occupations of the recorded modes; extrapolate: the finite-size \
      error; bands), or --out as HDF5, of steady with the occupations of all modes; or a CSV file: λ of all \
      modes, which gives the occupations of each band, a sweep, or columns ranks and seconds. Several files \
      become panels of one picture. Needs no ranks.
      """
  )

  @Argument(help: "What a run has written: JSON, HDF5 (.h5, .hdf5) or CSV.")
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "The picture, whose ending says what it is: svg, png, pdf, or gnuplot for the script with its "
        + "data. By default the name of the first file with the ending svg.",
      valueName: "picture"
    )
  )
  var out: String?

  @Option(help: "Draws only panels that show this; repeatable.")
  var show: [Panel.Quantity] = []

  @Option(
    name: .customLong("title"),
    help: ArgumentHelp("The title of a panel, one option for each.", valueName: "text")
  )
  var titles: [String] = []

  func validate() throws {
    guard !files.isEmpty else { throw ValidationError("Missing expected argument '<files>'") }
  }

  func run() throws {
    let alone = SerialCommunicator()
    let target = out ?? PlotCommand.defaultPicture(of: files[0])
    let output = try PictureFile(target)
    let gnuplot = Gnuplot(searching: ProcessInfo.processInfo.environment["PATH"])
    // The script may come instead of the picture, or be the picture.
    let companions = [output.script, output.data].filter { $0 != target }
    try OutputFiles.check(
      [OutputFile(option: "--out", path: target, companions: companions)],
      replacingNone: files.map { InputFile(path: $0) },
      on: alone
    )

    var panels: [Panel] = []
    for file in files {
      if OutputFormat(of: file) == .hdf5 {
        panels += try PlotSource(results: file).panels()
      } else {
        let bytes = try SharedFile.read(file, limit: 1 << 30, on: alone)
        panels += try PlotSource(bytes, named: file).panels()
      }
    }
    if !show.isEmpty {
      let all = Set(panels.map(\.quantity.rawValue)).sorted().joined(separator: ", ")
      panels.removeAll { !show.contains($0.quantity) }
      guard !panels.isEmpty else {
        throw UsageError("--show: nothing is left to draw; these files have \(all)")
      }
    }
    guard titles.count <= panels.count else {
      throw UsageError("--title: \(titles.count) titles for \(panels.count) panels")
    }
    for (index, title) in titles.enumerated() { panels[index].title = title }

    try output.draw(Picture(panels: panels), with: gnuplot)
    print(target)
  }

  private static func defaultPicture(of file: String) -> String {
    let url = URL(fileURLWithPath: file)
    let stem = url.pathExtension.isEmpty ? file : String(file.dropLast(url.pathExtension.count + 1))
    return stem + ".svg"
  }
}

extension Panel.Quantity: ExpressibleByArgument {}
