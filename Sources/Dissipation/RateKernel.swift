/// W(k→q) in the forms that the numerics know: a separable part, and parts that are not of low rank.
///
///     W(k→q) = Σ_r γ_r f_r(k) g_r(q) + Σ_parts S(k,q) Σ_r γ_r f_r(k) g_r(q)
///
/// The set of baths is open, that of forms is closed: a bath writes its kernel as channels, times a
/// symmetric modulation S where it needs one.
public struct RateKernel: Sendable, Equatable {
  /// The part of low rank.
  public var separable: SeparableKernel

  /// The modulated parts.
  public var modulated: [ModulatedKernel]

  /// Creates a kernel from its parts.
  public init(separable: SeparableKernel = .init(), modulated: [ModulatedKernel] = []) {
    self.separable = separable
    self.modulated = modulated
  }

  /// Whether moments suffice.
  public var isSeparable: Bool { modulated.isEmpty }

  /// W(k→q), for modes given by their place in the tables; for tests and small lattices.
  public func rate(from k: Int, to q: Int) -> Double {
    modulated.reduce(separable.rate(from: k, to: q)) { sum, part in
      sum + part.modulation.value(k, q) * part.channels.rate(from: k, to: q)
    }
  }

  /// Multiplies all rates by γ_bath, whose derivative to the drive is `slope`.
  mutating func scale(by weight: Double, slope: Double, bath: Int) {
    separable.scale(by: weight, slope: slope, bath: bath)
    for index in modulated.indices {
      modulated[index].channels.scale(by: weight, slope: slope, bath: bath)
    }
  }

  /// Adds another kernel over the same modes.
  mutating func add(_ other: RateKernel) {
    separable.channels += other.separable.channels
    modulated += other.modulated
  }

  /// Appends the tables of the modes that follow.
  ///
  /// - Precondition: `next` has the same channels and modulations.
  mutating func append(_ next: RateKernel) {
    precondition(modulated.count == next.modulated.count)
    separable.append(next.separable)
    for index in modulated.indices {
      modulated[index].channels.append(next.modulated[index].channels)
      modulated[index].modulation.append(next.modulated[index].modulation)
    }
  }

  /// Makes room for the tables of `modes` modes.
  mutating func reserve(modes: Int) {
    separable.reserve(modes: modes)
    for index in modulated.indices { modulated[index].channels.reserve(modes: modes) }
  }
}

/// Channels whose rates are multiplied by a symmetric function of both modes.
public struct ModulatedKernel: Sendable, Equatable {
  /// S(k,q).
  public var modulation: Modulation

  /// Σ_r γ_r f_r(k) g_r(q).
  public var channels: SeparableKernel

  /// Creates a part of a kernel.
  public init(modulation: Modulation, channels: SeparableKernel) {
    self.modulation = modulation
    self.channels = channels
  }
}
