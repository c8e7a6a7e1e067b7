import ComplexModule
import VectorMath

/// The moments of the stages: their sums, and the small systems for their corrections.
extension RadauStepper {
  /// Sets the matrix that makes the stages to begin with from those that are there.
  func setPredictor(_ prediction: StagePrediction) {
    for stage in 0..<5 {
      for other in 0..<5 {
        predictor[5 * stage + other] =
          switch prediction {
          case .constant: 0
          case .unchanged: stage == other ? 1 : 0
          case .continuation(let ratio):
            RadauMethod.weight(other, at: 1 + ratio * RadauMethod.nodes[stage])
              - (other == 4 ? 1 : 0)
          case .shorter(let ratio):
            RadauMethod.weight(other, at: ratio * RadauMethod.nodes[stage])
          }
      }
    }
  }

  /// Adds the columns of a tile to the moments of the stages.
  mutating func addStageMoments(_ start: Int, _ size: Int) {
    for moment in 0..<momentCount {
      let table = kernel.table(moment, from: start)
      for stage in 0..<5 {
        let values = columns.pointer + (moment % 2 * 5 + stage) * ScaledKernel.tile
        stageSums.add(5 * moment + stage, table, values, count: size)
      }
    }
    stageSums.endTile()
  }

  /// Solves the small systems for δa, and adds it to the moments of the stages.
  mutating func solveMoments() -> Bool {
    guard stageSums.isValid else { return false }
    let count = momentCount
    for number in 0..<5 {
      for moment in 0..<count {
        var sum = 0.0
        for stage in 0..<5 {
          let difference = stageSums.value(5 * moment + stage) - stageMoments[5 * moment + stage]
          sum += toSystems[5 * number + stage] * difference
        }
        responses[5 * moment + number] = sum / units[moment]
      }
    }
    for system in 0..<RadauMethod.systems {
      let real = max(0, 2 * system - 1)
      for moment in 0..<count {
        let imaginary = system == 0 ? 0 : responses[5 * moment + 2 * system]
        right[moment] = Complex(responses[5 * moment + real], imaginary)
      }
      systems[system].solve(&right)
      for moment in 0..<count {
        responses[5 * moment + real] = right[moment].real * units[moment]
        if system > 0 { responses[5 * moment + real + 1] = right[moment].imaginary * units[moment] }
      }
    }
    for moment in 0..<count {
      for stage in 0..<5 {
        var change = 0.0
        for number in 0..<5 {
          change += toStages[5 * stage + number] * responses[5 * moment + number]
        }
        stageMoments[5 * moment + stage] += change
      }
      setRates(moment)
      for number in 0..<5 { responses[5 * moment + number] *= signedRate(moment) }
    }
    return true
  }

  /// Sets the coefficients of gain and loss in the stages from the moments there.
  private func setRates(_ moment: Int) {
    for stage in 0..<5 {
      rates[5 * moment + stage] = signedRate(moment) * stageMoments[5 * moment + stage]
    }
  }

  /// Predicts the moments of the stages like the stages themselves.
  func predictMoments(_ prediction: StagePrediction) {
    for moment in 0..<momentCount {
      let origin: Double
      switch prediction {
      case .unchanged: return
      case .constant: origin = 0
      case .continuation: origin = lastMoments[moment]
      case .shorter: origin = moments[moment]
      }
      var values: InlineArray<5, Double> = [0, 0, 0, 0, 0]
      for stage in 0..<5 {
        for other in 0..<5 {
          let change = stageMoments[5 * moment + other] - origin
          values[stage] += predictor[5 * stage + other] * change
        }
      }
      for stage in 0..<5 { stageMoments[5 * moment + stage] = moments[moment] + values[stage] }
      setRates(moment)
    }
  }
}
