import Lattice

/// A Markovian bath, described by the rates at which it moves particles between modes.
///
/// This is where users add baths of their own: a conformance tabulates W(k→q) in units of εJ/N for any
/// range of momenta, and all else follows.
public protocol Dissipator: Sendable {
  /// The rate kernel W(k→q), source first, over the modes of `bands`.
  ///
  /// The parts, and the number and couplings of the channels, must not depend on the range of momenta.
  ///
  /// - Throws: `ModelError` if the bath does not fit the lattice, or its rates leave the doubles.
  func kernel(on bands: BandStructure) throws(ModelError) -> RateKernel
}
