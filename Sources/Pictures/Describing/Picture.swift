/// What is to be drawn: panels side by side.
public struct Picture: Sendable, Equatable {
  /// From left to right, then from top to bottom; at least one.
  public var panels: [Panel]

  /// Creates a picture.
  public init(panels: [Panel]) { self.panels = panels }

  /// How many panels stand in a row: up to three, else about as many as there are rows.
  public var columns: Int {
    panels.count <= 3
      ? max(1, panels.count) : Int(Double(panels.count).squareRoot().rounded(.up))
  }

  /// How many rows there are.
  public var rows: Int { max(1, (panels.count + columns - 1) / columns) }
}

/// Curves over common axes.
public struct Panel: Sendable, Equatable {
  /// What it shows, by which a user chooses.
  public enum Quantity: String, Sendable, CaseIterable {
    /// Lagrange parameters, against time or what was varied.
    case lambda
    /// Currents, against what was varied.
    case currents
    /// Occupations, against momentum.
    case occupations
    /// Energies, against momentum.
    case bands
    /// The error of a finite size.
    case error
    /// The time that a run took.
    case scaling
  }

  /// What it shows.
  public var quantity: Quantity

  /// What stands above, as the user or a file wrote it; nothing if empty.
  public var title = ""

  /// The horizontal axis.
  public var horizontal: Axis

  /// The vertical axis.
  public var vertical: Axis

  /// In the order in which they are drawn, the last on top.
  public var curves: [Curve]

  /// What the colours of points mean; nil where no curve has such points.
  public var colours: Axis?

  /// Creates a panel.
  public init(
    _ quantity: Quantity,
    title: String = "",
    horizontal: Axis,
    vertical: Axis,
    curves: [Curve],
    colours: Axis? = nil
  ) {
    self.quantity = quantity
    self.title = title
    self.horizontal = horizontal
    self.vertical = vertical
    self.curves = curves
    self.colours = colours
  }
}

/// An axis with symbol and unit.
public struct Axis: Sendable, Equatable {
  /// The name of the quantity with its symbol and, in parentheses, its unit; `_{…}` is a subscript.
  public var label: String

  /// What is shown; as much as the curves need if nil.
  public var range: ClosedRange<Double>?

  /// Whether the scale is logarithmic.
  public var isLogarithmic: Bool

  /// Creates an axis.
  public init(_ label: String, range: ClosedRange<Double>? = nil, isLogarithmic: Bool = false) {
    self.label = label
    self.range = range
    self.isLogarithmic = isLogarithmic
  }
}
