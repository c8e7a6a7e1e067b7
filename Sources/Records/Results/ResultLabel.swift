/// What a dataset holds, for those who find it in a file.
public struct ResultLabel: Sendable, Equatable {
  /// One sentence in the words of the glossary.
  public let description: String

  /// The unit: `1` for what has none, `energy`, `1/energy`, or `pi`.
  public let unit: String

  /// The names of the axes, the slowest first, such as `output`, `mode`.
  public let axes: [String]

  /// Creates a label.
  public init(_ description: String, unit: String = "1", axes: [String] = []) {
    self.description = description
    self.unit = unit
    self.axes = axes
  }
}

/// A number that datasets are made of.
public protocol ResultElement: BitwiseCopyable, Sendable {
  /// How it is stored.
  static var kind: ResultKind { get }
}

/// How numbers are stored, little-endian.
public enum ResultKind: Sendable {
  /// IEEE 754 binary64.
  case double
  /// Two's complement, 64 bits.
  case integer
}

extension Double: ResultElement {
  /// IEEE 754 binary64.
  public static var kind: ResultKind { .double }
}
extension Int64: ResultElement {
  /// Two's complement, 64 bits.
  public static var kind: ResultKind { .integer }
}
