/// One term of a rate kernel: coupling · source(k) · sink(q).
public struct Channel: Sendable, Equatable {
  /// γ_r ≥ 0, dimensionless.
  public var coupling: Double

  /// dγ_r/d(drive), for the response to it.
  public var slope: Double = 0

  /// The place of the bath in the model, whose weight γ_bath is part of the coupling.
  public var bath = 0

  /// γ_r/γ_bath.
  public var strength: Double

  /// f_r of each tabulated mode.
  public var source: [Double]

  /// g_r of each tabulated mode.
  public var sink: [Double]

  /// Creates a channel.
  public init(coupling: Double, source: [Double], sink: [Double]) {
    self.coupling = coupling
    strength = coupling
    self.source = source
    self.sink = sink
  }
}

/// A kernel of low rank, W(k→q) = Σ_r γ_r f_r(k) g_r(q), over a range of modes.
public struct SeparableKernel: Sendable, Equatable {
  /// The terms; their number is the rank R.
  public var channels: [Channel]

  /// Creates a kernel from its terms.
  public init(channels: [Channel] = []) { self.channels = channels }

  /// Multiplies all rates by γ_bath, whose derivative to the drive is `slope`.
  mutating func scale(by weight: Double, slope: Double, bath: Int) {
    for index in channels.indices {
      channels[index].bath = bath
      channels[index].slope = channels[index].coupling * slope
      channels[index].coupling *= weight
    }
  }

  /// W(k→q), for modes given by their place in the tables.
  public func rate(from k: Int, to q: Int) -> Double {
    channels.reduce(0) { $0 + $1.coupling * $1.source[k] * $1.sink[q] }
  }

  /// Appends the tables of the modes that follow.
  ///
  /// - Precondition: `next` has the same channels.
  mutating func append(_ next: SeparableKernel) {
    precondition(next.channels.map(\.coupling) == channels.map(\.coupling))
    for index in channels.indices {
      channels[index].source += next.channels[index].source
      channels[index].sink += next.channels[index].sink
    }
  }

  /// Makes room for the tables of `modes` modes.
  mutating func reserve(modes: Int) {
    for index in channels.indices {
      channels[index].source.reserveCapacity(modes)
      channels[index].sink.reserveCapacity(modes)
    }
  }
}
