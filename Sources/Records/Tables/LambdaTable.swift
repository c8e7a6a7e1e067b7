/// Lagrange parameters by momentum and band, as a CSV file holds them.
///
///     # comment
///     momentum,band,lambda                            in one dimension
///     momentum_1,momentum_2,band,lambda               in two, and so on
///
/// Momenta are in units of π, bands count from 0, the highest; rows come in any order. Whether each
/// mode of a lattice is there is for the caller to check, with `error(row:_:)`.
public struct LambdaTable: Sendable {
  /// The file, as errors name it.
  public let fileName: String

  /// The number of directions, 1 to 3.
  public let dimension: Int

  /// The momenta in units of π, row after row, `dimension` numbers each.
  public internal(set) var momenta: [Double] = []

  /// The band of each row, 0 or above.
  public internal(set) var bands: [Int] = []

  /// λ of each row, finite.
  public internal(set) var lambdas: [Double] = []

  /// The line of each row in the file, counted from 1.
  public internal(set) var lines: [Int] = []

  /// The number of rows.
  public var count: Int { lambdas.count }

  /// The momentum of a row, one component for each direction, in units of π.
  public func momentum(row: Int) -> ArraySlice<Double> {
    momenta[row * dimension..<(row + 1) * dimension]
  }

  /// An error about a row, with its line; about the whole file if `row` is nil.
  public func error(row: Int?, _ message: String) -> LambdaTableError {
    LambdaTableError(fileName: fileName, line: row.map { lines[$0] }, message: message)
  }

  init(fileName: String, dimension: Int) {
    self.fileName = fileName
    self.dimension = dimension
  }

  /// The names of the columns, in the order in which they are written.
  public static func columns(dimension: Int) -> [String] {
    let momenta = ColumnTable.names("momentum", dimension)
    return momenta + ["band", "lambda"]
  }
}
