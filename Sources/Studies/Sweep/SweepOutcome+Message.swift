import Kinetics

extension SweepOutcome {
  /// The outcome as bytes, for ranks of other groups and later runs; what compression found is left out.
  public var message: [UInt8] {
    switch self {
    case .failed(let cause): return [0] + Array(cause.utf8)
    case .found(let result):
      var words = StateWords()
      words.append(result.engine == "direct")
      words.append(result.iterations)
      words.append(result.certificate.residual)
      words.append(result.certificate.idleModes)
      words.append(result.certificate.firstIdleMode.map { [Double($0)] })
      words.append(result.otherResidual.map { [$0] })
      words.append(result.fillingError)
      words.append(result.observables.filling)
      words.append(result.observables.orbitalCurrents)
      words.append(result.observables.current)
      words.append(result.driveSlope)
      words.append(result.fillingSlope)
      words.append(result.lambda)
      words.append(result.digest)
      return [1] + words.bytes
    }
  }

  /// Reads what `message` wrote.
  ///
  /// - Throws: `StateError` if that is damaged.
  public init(message: [UInt8]) throws(StateError) {
    switch message.first {
    case 0: self = .failed(String(decoding: message.dropFirst(), as: UTF8.self))
    case 1: self = .found(try SteadyResult(StateWords(bytes: message.dropFirst())))
    default: throw StateError()
    }
  }
}

extension SteadyResult {
  /// Reads what the message of an outcome has.
  fileprivate init(_ words: StateWords) throws(StateError) {
    var words = words
    let engine = try words.takeBool() ? "direct" : "separable"
    let iterations = try words.takeInteger()
    var certificate = SteadyCertificate(
      residual: try words.takeDouble(),
      idleModes: try words.takeInteger()
    )
    certificate.firstIdleMode = try words.takeDoubles()?.first.map { Int($0) }
    self.init(engine: engine, iterations: iterations, certificate: certificate)
    otherResidual = try words.takeDoubles()?.first
    fillingError = try words.takeDouble()
    observables = ObservableValues(
      filling: try words.takeDouble(),
      orbitalCurrents: try words.takeDoubles() ?? [],
      current: try words.takeDoubles() ?? []
    )
    driveSlope = try words.takeDoubles()
    fillingSlope = try words.takeDoubles()
    lambda = try words.takeDoubles() ?? []
    digest = try words.takeBits()
  }
}

extension TableRefusal {
  /// What no outcome begins with.
  private static let mark: UInt8 = 2

  /// The refusal as bytes, for ranks of other groups.
  package var message: [UInt8] {
    var place = StateWords()
    place.append(point ?? -1)
    return [TableRefusal.mark] + place.bytes + Array(cause.utf8)
  }

  /// Reads what `message` wrote; `nil` if it is the message of an outcome.
  ///
  /// - Throws: `StateError` if it is damaged.
  package init?(message: [UInt8]) throws(StateError) {
    guard message.first == TableRefusal.mark else { return nil }
    var words = StateWords(bytes: message.dropFirst().prefix(StateWords.wordBytes))
    let place = try words.takeInteger()
    self.init(String(decoding: message.dropFirst(1 + StateWords.wordBytes), as: UTF8.self))
    point = place < 0 ? nil : place
  }
}
