/// A picture as gnuplot takes it: a script, and the data that it names.
public struct GnuplotScript: Sendable, Equatable {
  /// The commands.
  public let script: String

  /// One block of lines for each curve, two empty lines between them.
  public let data: String

  /// Writes the commands for a picture.
  ///
  /// Texts of files and users stand in single quotes, in which gnuplot neither expands nor runs
  /// anything.
  ///
  /// - Parameters:
  ///   - picture: What is to be drawn.
  ///   - format: The kind of file; the script itself, when it is what is wanted, makes an SVG.
  ///   - output: The file that the script makes; nil for standard output.
  ///   - dataFile: The name under which the script finds the data.
  public init(_ picture: Picture, format: PictureFormat, output: String?, dataFile: String) {
    let size = (width: 560 * picture.columns, height: 420 * picture.rows)
    var lines = [
      "# run as: gnuplot FILE",
      "set encoding utf8",
      "set terminal \(GnuplotScript.terminal(format, size.width, size.height))",
      "set border linewidth 1.2",
      "set tics nomirror",
      "set grid linecolor rgb '#D8D8D8' linetype 1 linewidth 0.6",
      "set key outside center bottom horizontal samplen 3 height 0.6",
      "set palette maxcolors 64 defined (\(Palette.gradient))",
    ]
    if let output { lines.insert("set output \(quoted(output))", at: 3) }
    let several = picture.panels.count > 1
    if several { lines.append("set multiplot layout \(picture.rows),\(picture.columns)") }
    var blocks: [String] = []
    for panel in picture.panels {
      lines += GnuplotScript.axes(panel)
      let curves = panel.curves.map { curve in
        let words = GnuplotScript.plot(curve, file: dataFile, index: blocks.count)
        blocks.append(GnuplotScript.block(curve))
        return words
      }
      lines.append("plot " + curves.joined(separator: ", \\\n     "))
    }
    if several { lines.append("unset multiplot") }
    lines.append("set output")
    script = lines.joined(separator: "\n") + "\n"
    data = blocks.joined(separator: "\n\n")
  }

  private static func terminal(_ format: PictureFormat, _ width: Int, _ height: Int) -> String {
    switch format {
    case .svg, .gnuplot:
      "svg size \(width),\(height) enhanced font 'Helvetica,15' background rgb 'white'"
    case .png:
      "pngcairo size \(2 * width),\(2 * height) enhanced font 'Helvetica,11' fontscale 2 "
        + "linewidth 2 pointscale 2"
    case .pdf:
      "pdfcairo size \(width / 40)cm,\(height / 40)cm enhanced font 'Helvetica,15'"
    }
  }

  private static func axes(_ panel: Panel) -> [String] {
    var lines = [
      // Before the ranges, which a scale may not allow; ranks double.
      panel.horizontal.isLogarithmic ? "set logscale x 2" : "unset logscale x",
      panel.vertical.isLogarithmic ? "set logscale y" : "unset logscale y",
      "set title \(quoted(panel.title)) noenhanced",
      "set xlabel \(quoted(panel.horizontal.label)) offset 0,0.4",
      "set ylabel \(quoted(panel.vertical.label))",
      "set xrange \(range(panel.horizontal))",
      "set yrange \(range(panel.vertical, around: panel.curves))", "set autoscale xfix",
      "set format y '\(panel.vertical.isLogarithmic ? "10^{%T}" : "%g")'",
    ]
    if let colours = panel.colours {
      lines.append("set cblabel \(quoted(colours.label))")
      lines.append("set cbrange \(range(colours))")
    }
    return lines
  }

  /// What is shown: of a linear axis without a range, the curves with a margin of a twentieth.
  private static func range(_ axis: Axis, around curves: [Curve] = []) -> String {
    if let range = axis.range { return "[\(range.lowerBound):\(range.upperBound)]" }
    let values = curves.flatMap { $0.points.map(\.y) }
    guard !axis.isLogarithmic, let low = values.min(), let high = values.max() else {
      return "[*:*]"
    }
    let margin = high > low ? (high - low) / 20 : max(abs(high) / 20, .leastNormalMagnitude)
    return "[\(low - margin):\(high + margin)]"
  }

  private static func plot(_ curve: Curve, file: String, index: Int) -> String {
    let colour = "linecolor rgb '\(Palette.colour(curve.hue))'"
    let mark = "pointtype \(Palette.mark(curve.hue)) pointsize 0.7"
    // About a dozen marks on each line, none where there is one point to a pixel.
    let interval = max(1, (curve.points.count + 11) / 12)
    let style =
      switch curve.style {
      case .line where curve.points.count == 1: "with points \(colour) \(mark)"
      case .line: "with linespoints \(colour) linewidth 2 \(mark) pointinterval \(interval)"
      case .reference:
        "with lines linecolor rgb '\(Palette.reference)' linewidth 1.5 dashtype (8,5)"
      case .marks: "with points \(colour) \(mark)"
      case .coloured: "with points linecolor palette pointtype 7 pointsize 0.45"
      }
    let columns = curve.style == .coloured ? "1:2:3" : "1:2"
    let title = curve.label.isEmpty ? "notitle" : "title \(quoted(curve.label)) noenhanced"
    return "\(quoted(file)) index \(index) using \(columns) \(style) \(title)"
  }

  private static func block(_ curve: Curve) -> String {
    let rows = curve.points.map { point in
      curve.style == .coloured
        ? "\(point.x) \(point.y) \(point.colour)\n" : "\(point.x) \(point.y)\n"
    }
    return "# \(oneLine(curve.label))\n" + rows.joined()
  }
}

/// A text as gnuplot takes it literally.
private func quoted(_ text: String) -> String {
  "'" + oneLine(text).replacing("'", with: "''") + "'"
}
