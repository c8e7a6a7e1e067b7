import Kinetics

extension SweepOutcome {
  /// The outcome as bytes, for ranks of other groups and later runs; what compression found is left out.
  public var message: [UInt8] {
    switch self {
    case .failed(let cause): return [0] + Array(cause.utf8)
    case .found(let result):
      var writer = WordWriter()
      writer.append(UInt64(result.engine == "direct" ? 1 : 0))
      writer.append(UInt64(result.iterations))
      writer.append(result.certificate.residual)
      writer.append(UInt64(result.certificate.idleModes))
      writer.append(result.certificate.firstIdleMode.map { [Double($0)] })
      writer.append(result.otherResidual.map { [$0] })
      writer.append(result.fillingError)
      writer.append(result.observables.filling)
      writer.append(result.observables.orbitalCurrents)
      writer.append(result.observables.current)
      writer.append(result.driveSlope)
      writer.append(result.fillingSlope)
      writer.append(result.lambda)
      writer.append(result.digest)
      return [1] + writer.bytes
    }
  }

  /// Reads what `message` wrote.
  public init(message: [UInt8]) {
    guard message.first == 1 else {
      self = .failed(String(decoding: message.dropFirst(), as: UTF8.self))
      return
    }
    var reader = WordReader(message.dropFirst())
    let engine = reader.word() == 1 ? "direct" : "separable"
    let iterations = Int(reader.word())
    var certificate = SteadyCertificate(residual: reader.number(), idleModes: Int(reader.word()))
    certificate.firstIdleMode = reader.numbers()?.first.map { Int($0) }
    var result = SteadyResult(engine: engine, iterations: iterations, certificate: certificate)
    result.otherResidual = reader.numbers()?.first
    result.fillingError = reader.number()
    result.observables = ObservableValues(
      filling: reader.number(),
      orbitalCurrents: reader.numbers() ?? [],
      current: reader.numbers() ?? []
    )
    result.driveSlope = reader.numbers()
    result.fillingSlope = reader.numbers()
    result.lambda = reader.numbers() ?? []
    result.digest = reader.word()
    self = .found(result)
  }
}

extension TableRefusal {
  /// What no outcome begins with.
  private static let mark: UInt8 = 2

  /// The refusal as bytes, for ranks of other groups.
  var message: [UInt8] {
    var writer = WordWriter()
    writer.append(point.map { UInt64($0) } ?? .max)
    return [TableRefusal.mark] + writer.bytes + Array(cause.utf8)
  }

  /// Reads what `message` wrote; `nil` if it is the message of an outcome.
  init?(message: [UInt8]) {
    guard message.first == TableRefusal.mark else { return nil }
    var reader = WordReader(message.dropFirst())
    let place = reader.word()
    self.init(String(decoding: reader.bytes, as: UTF8.self))
    point = place == .max ? nil : Int(place)
  }
}

/// Writes words of 64 bits, the lowest byte first; lists with their length before them.
private struct WordWriter {
  var bytes: [UInt8] = []

  mutating func append(_ word: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: word >> shift))
    }
  }

  mutating func append(_ number: Double) { append(number.bitPattern) }

  mutating func append(_ numbers: [Double]?) {
    append(numbers.map { UInt64($0.count) } ?? .max)
    for number in numbers ?? [] { append(number) }
  }
}

/// Reads what a `WordWriter` wrote.
private struct WordReader {
  private(set) var bytes: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

  mutating func word() -> UInt64 {
    let word = bytes.prefix(8).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    bytes = bytes.dropFirst(8)
    return word
  }

  mutating func number() -> Double { Double(bitPattern: word()) }

  mutating func numbers() -> [Double]? {
    let count = word()
    guard count < .max else { return nil }
    return (0..<count).map { _ in number() }
  }
}
