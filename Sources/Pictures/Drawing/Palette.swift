/// Colours and marks that people with any kind of colour vision can tell apart.
enum Palette {
  /// Of Okabe and Ito, the dark ones first; yellow is left out, which white paper swallows.
  static let colours = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000",
  ]

  /// Marks as gnuplot numbers them: filled circle, square, triangle, turned triangle, diamond, open
  /// circle, open square.
  static let marks = [7, 5, 9, 11, 13, 6, 4]

  /// What others are compared with.
  static let reference = "#707070"

  /// From 0 to 1, blue by way of grey to orange: its lightness and its hue both say the order.
  static let gradient = "0 '#0072B2', 0.5 '#B8B8B8', 1 '#D55E00'"

  /// The colour of a curve.
  static func colour(_ hue: Int) -> String { colours[hue % colours.count] }

  /// The mark of a curve.
  static func mark(_ hue: Int) -> Int { marks[hue % marks.count] }
}
