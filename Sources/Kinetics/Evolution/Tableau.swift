/// The coefficients of an explicit Runge–Kutta pair whose last stage is the next step's first.
public struct Tableau: Sendable {
  /// a_ij with j < i, one row for each stage; the last row holds the weights b_j of the step.
  public let stages: [[Double]]

  /// e_j = b_j − b̂_j, the weights of the error estimate.
  public let error: [Double]

  /// The order of the step.
  public let order: Int

  /// The number of stages, the shared one included.
  public var count: Int { stages.count }

  /// The pair of order 5(4) of Dormand and Prince.
  ///
  /// J. R. Dormand and P. J. Prince, J. Comput. Appl. Math. 6, 19 (1980).
  public static let dormandPrince = Tableau(
    stages: [
      [],
      [1.0 / 5],
      [3.0 / 40, 9.0 / 40],
      [44.0 / 45, -56.0 / 15, 32.0 / 9],
      [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
      [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
      [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
    ],
    error: [
      71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40,
    ],
    order: 5
  )
}
