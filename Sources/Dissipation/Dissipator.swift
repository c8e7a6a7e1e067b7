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

  /// The channels of the kernel as formulas, in their order.
  ///
  /// Large lattices are then tabulated faster and without arrays. Nothing else changes, so that baths of
  /// users need not have them. Formulas are compared with the kernel at the first momenta.
  ///
  /// - Parameter hamiltonian: Has one orbital; the bath fits it.
  /// - Returns: The formulas; `nil` where a channel is not of these forms.
  func formulas(on hamiltonian: BlochHamiltonian) -> [ChannelFormula]?
}

extension Dissipator {
  /// No formulas.
  public func formulas(on hamiltonian: BlochHamiltonian) -> [ChannelFormula]? { nil }
}
