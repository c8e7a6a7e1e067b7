/// Steps in time with the moments that all modes see in their stages.
///
/// Moments are mean values over the momenta, A_r = (1/N) Σ_k f_r(k) n_k and B_r = (1/N) Σ_k g_r(k) h_k, in the units of the
/// model: those of lattices of any size.
struct MomentSteps {
  /// 2R.
  let moments: Int

  /// The lengths of the steps.
  private(set) var lengths: [Double] = []

  /// A_0, B_0, A_1 and so on for each step and stage.
  private(set) var stages: [Double] = []

  /// For each step and moment the mean magnitude of its terms at the end.
  private(set) var sizes: [Double] = []

  /// For each step and moment the largest magnitude of a term at the end.
  private(set) var tops: [Double] = []

  /// The number of steps.
  var count: Int { lengths.count }

  /// No steps.
  ///
  /// - Parameter moments: 2R.
  init(moments: Int) { self.moments = moments }

  /// Appends a step.
  mutating func append(length: Double, stages: [Double], sizes: [Double], tops: [Double]) {
    lengths.append(length)
    self.stages += stages
    self.sizes += sizes
    self.tops += tops
  }

  /// The moments of a step in one of its stages; those at its end in the last.
  func moment(_ moment: Int, step: Int, stage: Int) -> Double {
    stages[(step * RadauMethod.stages + stage) * moments + moment]
  }

  // MARK: Messages

  /// The numbers of one step.
  private static func width(_ moments: Int) -> Int { 1 + (RadauMethod.stages + 2) * moments }

  /// The numbers of a message that has room for so many steps.
  static func messageCount(moments: Int, limit: Int) -> Int { 1 + limit * width(moments) }

  /// Writes the steps into a message.
  func write(to message: inout [Double], from start: Int) {
    message[start] = Double(count)
    var place = start + 1
    for values in [lengths, stages, sizes, tops] {
      for value in values {
        message[place] = value
        place += 1
      }
    }
  }

  /// The steps of a message.
  init(moments: Int, from message: [Double], at start: Int) {
    self.moments = moments
    let count = Int(message[start])
    var place = start + 1
    func take(_ width: Int) -> [Double] {
      defer { place += count * width }
      return Array(message[place..<place + count * width])
    }
    lengths = take(1)
    stages = take(RadauMethod.stages * moments)
    sizes = take(moments)
    tops = take(moments)
  }
}
