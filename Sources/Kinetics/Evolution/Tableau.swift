/// The coefficients of an explicit Runge–Kutta method with two error estimates.
///
/// Stage i stands at λ + h Σ_j a_ij k_j and has the derivative k_i; the step ends at λ + h Σ_j b_j k_j, where the
/// first stage of the next step stands.
public struct Tableau: Sendable {
  /// a_ij with j < i, one row for each stage.
  public let stages: [[Double]]

  /// b_j.
  public let weights: [Double]

  /// b_j − b̂_j of an embedded step of order 5.
  public let error: [Double]

  /// b_j − b̂_j of an embedded step of order 3.
  public let secondError: [Double]

  /// The order of the step.
  public let order: Int

  /// The number of stages.
  public var count: Int { stages.count }

  /// The method of order 8(5,3) of Dormand and Prince.
  ///
  /// E. Hairer, S. P. Nørsett and G. Wanner, Solving Ordinary Differential Equations I, 2nd ed. (1993),
  /// section II.10. Its region of stability reaches to −6.3 on the real axis.
  public static let dormandPrince = Tableau(
    stages: [
      [],
      [0.05260015195876773],
      [0.0197250569845379, 0.0591751709536137],
      [0.02958758547680685, 0, 0.08876275643042054],
      [0.2413651341592667, 0, -0.8845494793282861, 0.924834003261792],
      [1.0 / 27, 0, 0, 0.17082860872947386, 0.12546768756682242],
      [0.037109375, 0, 0, 0.17025221101954405, 0.06021653898045596, -0.017578125],
      [
        0.03709200011850479, 0, 0, 0.17038392571223998, 0.10726203044637328, -0.015319437748624402,
        0.008273789163814023,
      ],
      [
        0.6241109587160757, 0, 0, -3.3608926294469414, -0.868219346841726, 27.59209969944671,
        20.154067550477894, -43.48988418106996,
      ],
      [
        0.47766253643826434, 0, 0, -2.4881146199716677, -0.590290826836843, 21.230051448181193,
        15.279233632882423, -33.28821096898486, -0.020331201708508627,
      ],
      [
        -0.9371424300859873, 0, 0, 5.186372428844064, 1.0914373489967295, -8.149787010746927,
        -18.52006565999696, 22.739487099350505, 2.4936055526796523, -3.0467644718982196,
      ],
      [
        2.273310147516538, 0, 0, -10.53449546673725, -2.0008720582248625, -17.9589318631188,
        27.94888452941996, -2.8589982771350235, -8.87285693353063, 12.360567175794303,
        0.6433927460157636,
      ],
    ],
    weights: [
      0.054293734116568765, 0, 0, 0, 0, 4.450312892752409, 1.8915178993145003, -5.801203960010585,
      0.3111643669578199, -0.1521609496625161, 0.20136540080403034, 0.04471061572777259,
    ],
    error: [
      0.01312004499419488, 0, 0, 0, 0, -1.2251564463762044, -0.4957589496572502,
      1.6643771824549864, -0.35032884874997366, 0.3341791187130175, 0.08192320648511571,
      -0.022355307863886294,
    ],
    secondError: [
      -0.18980075407240762, 0, 0, 0, 0, 4.450312892752409, 1.8915178993145003, -5.801203960010585,
      -0.4226823213237919, -0.1521609496625161, 0.20136540080403034, 0.02265179219836082,
    ],
    order: 8
  )

  /// Where each k_i is kept while the step needs it: some take the place of one that no later stage reads.
  ///
  /// - Returns: The place of each, and the number of places.
  var places: (of: [Int], count: Int) {
    var places: [Int] = []
    var holders: [Int] = []
    for stage in 0..<count {
      let free = holders.firstIndex { holder in lastUse(of: holder) <= stage }
      if let free {
        holders[free] = stage
        places.append(free)
      } else {
        holders.append(stage)
        places.append(holders.count - 1)
      }
    }
    return (places, holders.count)
  }

  /// The last row that reads k_j: a stage, or `count` for the end of the step.
  private func lastUse(of derivative: Int) -> Int {
    // The first one is needed again where the step is rejected.
    guard derivative > 0, weights[derivative] == 0, error[derivative] == 0,
      secondError[derivative] == 0
    else { return count }
    return stages.lastIndex { $0.count > derivative && $0[derivative] != 0 } ?? 0
  }
}
