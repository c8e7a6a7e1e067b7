import Pictures
import Testing

@Suite("Scripts for gnuplot")
struct GnuplotScriptTests {
  private let panel = Panel(
    .lambda,
    title: "it's `date` @x",
    horizontal: Axis("time t", range: 0...2),
    vertical: Axis("error", isLogarithmic: true),
    curves: [
      Curve("a\nb", .line, hue: 1, points: [.init(0, 1), .init(2, 0.5)]),
      Curve("", .reference, points: [.init(0, 1)]),
      Curve("weight", .coloured, points: [.init(1, 2, colour: 0.25)]),
    ],
    colours: Axis("weight", range: 0...1)
  )

  private func script(_ panels: [Panel], _ format: PictureFormat = .svg) -> GnuplotScript {
    GnuplotScript(Picture(panels: panels), format: format, output: "o", dataFile: "d")
  }

  @Test("The data are one block for each curve, two empty lines between them")
  func data() {
    #expect(
      script([panel, panel]).data
        == "# a b\n0.0 1.0\n2.0 0.5\n\n\n# \n0.0 1.0\n\n\n# weight\n1.0 2.0 0.25\n\n\n"
        + "# a b\n0.0 1.0\n2.0 0.5\n\n\n# \n0.0 1.0\n\n\n# weight\n1.0 2.0 0.25\n"
    )
    let lines = script([panel, panel]).script.components(separatedBy: "index ").dropFirst()
    #expect(lines.map { $0.prefix(1) } == ["0", "1", "2", "3", "4", "5"])
  }

  @Test("Foreign texts stand in single quotes, in one line, without layout")
  func quoting() {
    let text = script([panel]).script
    #expect(text.contains("set title 'it''s `date` @x' noenhanced\n"))
    #expect(text.contains("title 'a b' noenhanced"))
    #expect(!text.contains("\""))
  }

  @Test("Scales, ranges and styles are those of the panel")
  func axes() {
    let text = script([panel]).script
    for line in [
      "set xrange [0.0:2.0]", "set yrange [*:*]", "unset logscale x", "set logscale y",
      "set xlabel 'time t' offset 0,0.4", "set cbrange [0.0:1.0]", "set cblabel 'weight'",
    ] { #expect(text.contains(line + "\n"), "\(line)") }
    #expect(text.contains("using 1:2 with linespoints linecolor rgb '#D55E00'"))
    #expect(text.contains("using 1:2 with lines linecolor rgb '#707070' linewidth 1.5 dashtype"))
    #expect(text.contains("using 1:2:3 with points linecolor palette"))
    #expect(!text.contains("multiplot"))
    #expect(script([panel, panel]).script.contains("set multiplot layout 1,2\n"))
  }

  @Test("A linear axis without a range shows the curves with a margin of a twentieth")
  func margin() {
    var linear = panel
    linear.vertical = Axis("y")
    // From 0.5 to 2.
    #expect(script([linear]).script.contains("set yrange [0.425:2.075]\n"))
  }

  @Test(
    "The ending of a name is its format, whatever its case",
    arguments: [
      ("a.svg", PictureFormat.svg), ("b/c.d.PNG", .png), ("x.pdf", .pdf), ("x.gnuplot", .gnuplot),
    ]
  )
  func formats(name: String, format: PictureFormat) throws {
    #expect(try PictureFormat(of: name) == format)
  }

  @Test("Other endings are refused", arguments: ["svg", "a.svg/b", "a.jpg", "a.", ""])
  func otherEndings(name: String) {
    let error = #expect(throws: PlotError.self) { try PictureFormat(of: name) }
    #expect(error?.message.contains(".svg, .png, .pdf, .gnuplot") == true)
  }

  @Test("Colours and marks of six curves are all different, then they repeat")
  func palette() {
    let curves = (0..<8).map { Curve("", .line, hue: $0, points: [.init(0, 0), .init(1, 1)]) }
    let panel = Panel(.lambda, horizontal: Axis("x"), vertical: Axis("y"), curves: curves)
    let words = script([panel]).script.split(separator: " ")
    let colours = words.filter { $0.hasPrefix("'#") }.suffix(8)
    let marks = zip(words, words.dropFirst()).filter { $0.0 == "pointtype" }.map(\.1)
    #expect(Set(colours.prefix(7)).count == 7 && colours.first == colours.last)
    #expect(Set(marks.prefix(7)).count == 7 && marks.count == 8)
  }
}
