/// The kind of file that a picture is written to, which the ending of its name decides.
public enum PictureFormat: String, Sendable, CaseIterable {
  /// Scalable vector graphics, for the web.
  case svg
  /// Pixels, twice as many as the size asks for.
  case png
  /// A page, for papers.
  case pdf
  /// The script for gnuplot, with its data beside it: to change, or to run elsewhere.
  case gnuplot

  /// The format of a file.
  ///
  /// - Parameter path: Its name; the case of the ending does not matter.
  /// - Throws: `PlotError` if the ending is none of a format.
  public init(of path: String) throws(PlotError) {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count > 1, let ending = parts.last,
      let format = PictureFormat(rawValue: ending.lowercased())
    else {
      let allowed = PictureFormat.allCases.map { ".\($0.rawValue)" }.joined(separator: ", ")
      throw PlotError(path, "is not the name of a picture; allowed endings are \(allowed)")
    }
    self = format
  }
}
