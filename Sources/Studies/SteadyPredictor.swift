/// Extrapolates the variables of a solver from the last points of a line.
///
/// The polynomial through the values, and where they are known the tangents, of the last four points, of degree
/// 7 at most: Newton's divided differences with repeated nodes.
package struct SteadyPredictor {
  /// The parameters whose tangents are known.
  package enum Tangent { case drive, filling }

  /// A point of the line.
  package struct Point {
    package var parameter: Double
    package var variables: [Double]
    package var drive: [Double]?
    package var filling: [Double]?

    /// Creates a point.
    package init(
      parameter: Double,
      variables: [Double],
      drive: [Double]? = nil,
      filling: [Double]? = nil
    ) {
      self.parameter = parameter
      self.variables = variables
      self.drive = drive
      self.filling = filling
    }
  }

  /// The last points, the newest first.
  private(set) var points: [Point] = []

  /// A predictor without points.
  package init() {}

  /// A predictor with points, the newest first.
  init(_ points: [Point]) { self.points = points }

  /// How far a parameter is from the last point.
  package func distance(to parameter: Double?) -> Double? {
    guard let parameter, let last = points.first else { return nil }
    return parameter - last.parameter
  }

  /// Adds a point; one with the same parameter gives way to it.
  package mutating func add(_ point: Point) {
    points.removeAll { $0.parameter == point.parameter }
    points.insert(point, at: 0)
    if points.count > 4 { points.removeLast() }
  }

  /// The variables at a parameter; `nil` if there is no point.
  package func variables(at parameter: Double, _ tangent: Tangent?) -> [Double]? {
    guard let last = points.first else { return nil }
    var nodes: [(parameter: Double, values: [Double], slopes: [Double]?)] = []
    for point in points {
      let slopes: [Double]? =
        switch tangent {
        case .drive: point.drive
        case .filling: point.filling
        case nil: nil
        }
      nodes.append((point.parameter, point.variables, slopes))
      if slopes != nil { nodes.append((point.parameter, point.variables, slopes)) }
    }
    nodes = Array(nodes.prefix(8))
    return last.variables.indices.map { variable in
      // Column by column: differences[i] becomes that of the nodes i ... i + order.
      var differences = nodes.map { $0.values[variable] }
      var value = differences[0]
      var product = 1.0
      for order in 1..<max(1, nodes.count) {
        for index in 0..<nodes.count - order {
          let width = nodes[index + order].parameter - nodes[index].parameter
          differences[index] =
            if width == 0, let slopes = nodes[index].slopes {
              slopes[variable]
            } else {
              (differences[index + 1] - differences[index]) / width
            }
        }
        product *= parameter - nodes[order - 1].parameter
        value += differences[0] * product
      }
      return value
    }
  }
}
