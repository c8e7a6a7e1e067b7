/// Points that belong together.
public struct Curve: Sendable, Equatable {
  /// How a curve is drawn.
  public enum Style: Sendable, Equatable {
    /// A line with a mark at some of its points, by which it is told from others without colours.
    case line
    /// A dashed grey line: what others are compared with.
    case reference
    /// Marks alone.
    case marks
    /// Small dots, each in the colour of its third number.
    case coloured
  }

  /// A point, with a third number where the style has one.
  public struct Point: Sendable, Equatable {
    /// The place on the horizontal axis.
    public var x: Double
    /// The place on the vertical axis.
    public var y: Double
    /// The number that the colour shows.
    public var colour: Double

    /// Creates a point.
    public init(_ x: Double, _ y: Double, colour: Double = 0) {
      self.x = x
      self.y = y
      self.colour = colour
    }
  }

  /// What the legend says, as a file or the user may have written it; no entry if empty.
  public var label: String

  /// How it is drawn.
  public var style: Style

  /// Which of the colours and marks it has, from 0 on; they repeat.
  public var hue: Int

  /// In the order in which a line joins them.
  public var points: [Point]

  /// Creates a curve.
  public init(_ label: String, _ style: Style, hue: Int = 0, points: [Point]) {
    self.label = label
    self.style = style
    self.hue = hue
    self.points = points
  }

  /// The curve with at most `limit` points: of each stretch the lowest and the highest, so that
  /// no peak is lost.
  public func thinned(to limit: Int = 4000) -> Curve {
    guard points.count > limit, limit >= 4 else { return self }
    var result = self
    let stretches = limit / 2
    result.points = (0..<stretches).flatMap { index in
      let start = index * points.count / stretches
      let end = (index + 1) * points.count / stretches
      let stretch = points[start..<end].indices
      let order = stretch.sorted { (points[$0].y, $0) < (points[$1].y, $1) }
      guard let low = order.first, let high = order.last else { return [Point]() }
      return low == high ? [points[low]] : [low, high].sorted().map { points[$0] }
    }
    return result
  }
}
