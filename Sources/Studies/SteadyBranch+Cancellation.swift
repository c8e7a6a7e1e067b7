import Communication
import Dissipation
import Kinetics
import Lattice
import VectorMath

extension SteadyBranch {
  /// How far λ of some mode may be off at the last point because terms of its rates cancel.
  ///
  /// Collective. The residual cannot tell: it has the same rates. Jumps that are no products have channels whose factors
  /// are sums with both signs, known to a rounding of their largest value, and λ = ln(loss/gain) is known to
  ///
  ///     max_m 2⁻⁵² (G_m/gain_m + L_m/loss_m),     G_m = Σ_r γ_r ĝ_r(m) Σ_k f̂_r(k) n_k,  L_m likewise
  ///
  /// with ĝ_r(m) = max_m |g_r| for the channels of such a bath where g_r does not vanish exactly, and g_r(m) for those of
  /// others: a bound, which the error may be far below.
  ///
  /// - Returns: The estimate, the same on every rank; `nil` where no bath has factors of both signs, the kernel has
  ///   parts that are not of low rank, or the other engine does not judge the point either.
  /// - Throws: `ModelError` or `RemoteFailure` if the model does not fit; `CommunicationError`.
  /// - Complexity: tables of the owned modes, and three passes over them; over all pairs with that engine.
  public mutating func cancellationError() throws -> Double? {
    guard let setup, verifies(setup) else { return nil }
    let partition = workspace.value.partition
    var kernel = try communicator.agree {
      var tables = try ModeTables(
        of: setup.model,
        on: setup.grid,
        momenta: partition.ownedMomenta
      )
      return tables.takeKernel()
    }
    guard kernel.isSeparable, try kernel.separable.takeMagnitudes(over: communicator) else {
      return nil
    }

    let count = partition.owned.count
    var gain = AlignedVector(count: count)
    var loss = AlignedVector(count: count)
    var gainTerms = AlignedVector(count: count)
    var lossTerms = AlignedVector(count: count)
    var magnitudes = try SeparableForce(
      kernel: kernel.separable,
      partition: partition,
      communicator: communicator
    )
    try magnitudes.rates(at: workspace.value.lambda, gain: &gainTerms, loss: &lossTerms)
    try workspace.value.rates(gain: &gain, loss: &loss)
    var largest = 0.0
    for mode in 0..<count where gain[mode] != 0 || loss[mode] != 0 {
      largest = max(largest, gainTerms[mode] / gain[mode] + lossTerms[mode] / loss[mode])
    }
    return try communicator.maximum(largest) * .ulpOfOne
  }
}

extension SeparableKernel {
  /// Replaces the factors of baths that have some of both signs by their largest magnitudes; zeros stay.
  ///
  /// Collective.
  ///
  /// - Returns: Whether there are such baths, on all ranks.
  fileprivate mutating func takeMagnitudes(
    over communicator: some Communicator
  ) throws(CommunicationError) -> Bool {
    // The largest value of each table, and of its negative.
    var extremes: [Double] = []
    for channel in channels {
      for table in [channel.source, channel.sink] {
        extremes += [table.max() ?? 0, -(table.min() ?? 0)]
      }
    }
    var span = extremes.mutableSpan
    try communicator.maximum(&span)
    let cancelling = Set(
      channels.indices.filter { extremes[4 * $0 + 1] > 0 || extremes[4 * $0 + 3] > 0 }
        .map { channels[$0].bath }
    )
    for index in channels.indices where cancelling.contains(channels[index].bath) {
      let source = max(extremes[4 * index], extremes[4 * index + 1])
      let sink = max(extremes[4 * index + 2], extremes[4 * index + 3])
      channels[index].source = channels[index].source.map { $0 == 0 ? 0 : source }
      channels[index].sink = channels[index].sink.map { $0 == 0 ? 0 : sink }
    }
    return !cancelling.isEmpty
  }
}

extension SteadyWorkspace {
  /// Writes gain and loss at the last state, by the engine that found it.
  ///
  /// Collective.
  fileprivate mutating func rates(
    gain: inout AlignedVector,
    loss: inout AlignedVector
  ) throws(CommunicationError) {
    if isSeparable {
      try solver.value.rates(at: lambda, gain: &gain, loss: &loss)
    } else {
      try direct.value.rates(at: lambda, gain: &gain, loss: &loss)
    }
  }
}
