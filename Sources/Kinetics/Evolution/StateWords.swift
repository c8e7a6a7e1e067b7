/// Numbers on which the next steps depend, as the 64-bit words that a checkpoint holds.
///
/// Written by `append`, and taken out again in the same order.
public struct StateWords: Sendable, Equatable {
  /// The words.
  public private(set) var words: [UInt64] = []

  private var position = 0

  /// Words to be written to, or taken out.
  public init(_ words: [UInt64] = []) { self.words = words }

  /// Bytes in a word.
  public static var wordBytes: Int { 8 }

  /// Words from bytes, the lowest of each first; what is less than a word at the end is left out.
  public init(bytes: some RandomAccessCollection<UInt8>) {
    var rest = bytes[...]
    while rest.count >= StateWords.wordBytes {
      words.append(rest.prefix(StateWords.wordBytes).reversed().reduce(0) { $0 << 8 | UInt64($1) })
      rest = rest.dropFirst(StateWords.wordBytes)
    }
  }

  /// The words as bytes, the lowest of each first.
  public var bytes: [UInt8] {
    words.flatMap { word in
      (0..<StateWords.wordBytes).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
    }
  }

  /// Appends a number, bit for bit.
  public mutating func append(_ value: Double) { words.append(value.bitPattern) }

  /// Appends an integer.
  public mutating func append(_ value: Int) { words.append(UInt64(bitPattern: Int64(value))) }

  /// Appends a truth value.
  public mutating func append(_ value: Bool) { words.append(value ? 1 : 0) }

  /// Appends bits.
  public mutating func append(_ value: UInt64) { words.append(value) }

  /// Appends a list of numbers with its length, or that there is none.
  public mutating func append(_ values: [Double]?) {
    append(values?.count ?? -1)
    for value in values ?? [] { append(value) }
  }

  /// Appends other words.
  public mutating func append(_ other: StateWords) { words += other.words }

  /// Takes the next word out as a number.
  public mutating func takeDouble() throws(StateError) -> Double {
    Double(bitPattern: try takeBits())
  }

  /// Takes the next word out as an integer.
  public mutating func takeInteger() throws(StateError) -> Int {
    Int(Int64(bitPattern: try takeBits()))
  }

  /// Takes the next word out as a truth value.
  public mutating func takeBool() throws(StateError) -> Bool { try takeBits() != 0 }

  /// Takes a list of numbers out; `nil` if there was none.
  public mutating func takeDoubles() throws(StateError) -> [Double]? {
    let count = try takeInteger()
    guard count != -1 else { return nil }
    guard count >= 0, count <= words.count - position else { throw StateError() }
    defer { position += count }
    return words[position..<position + count].map(Double.init(bitPattern:))
  }

  /// Takes the next word out.
  public mutating func takeBits() throws(StateError) -> UInt64 {
    guard position < words.count else { throw StateError() }
    defer { position += 1 }
    return words[position]
  }
}

/// A saved state is not one of this computation.
public struct StateError: Error, Sendable, CustomStringConvertible {
  /// One line for the user.
  public let description: String

  /// Creates the error.
  public init(_ description: String = "the saved state is of another computation") {
    self.description = description
  }
}
