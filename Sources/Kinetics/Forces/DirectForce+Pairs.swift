import Dissipation
import RealModule
import VectorMath

/// The sums over all pairs, by the loops for each form of kernel.
extension DirectForce {
  /// Adds all pairs with the sinks of the first `groups` groups, part by part.
  func addPairs(groups: Int) {
    for part in tables.parts {
      let block = PairSum.block
      let extra = 2 * part.channels
      switch part.modulation {
      case nil:
        PairSum.addPart(part, tables, groups: groups, sums: sums.pointer) { _, _ in NoModulation() }
      case .ohmic:
        PairSum.addPart(part, tables, groups: groups, sums: sums.pointer) { sources, sinks in
          OhmicModulation(sources: sources + extra * block, sinks: sinks + extra * PairSum.sinks)
        }
      case .correlated(let length, _, _):
        let (height, width) = (Double.sinh(1 / length) / 2, Double.sinh(0.5 / length))
        PairSum.addPart(part, tables, groups: groups, sums: sums.pointer) { sources, sinks in
          CorrelatedModulation(
            sources: sources + extra * block,
            sinks: sinks + extra * PairSum.sinks,
            height: height,
            width: width * width
          )
        }
      }
    }
  }

  /// Adds up the lanes of `sums`.
  func addLanes() {
    let lanes = Vector.scalarCount
    for row in 0..<partition.owned.count {
      gain[row] = laneSum(sums.pointer.vector(at: 2 * lanes * row))
      loss[row] = laneSum(sums.pointer.vector(at: 2 * lanes * row + lanes))
    }
  }
}

/// The sum of the lanes, by halves.
@inline(__always)
func laneSum(_ vector: Vector) -> Double {
  let four = vector.lowHalf + vector.highHalf
  let two = four.lowHalf + four.highHalf
  return two[0] + two[1]
}
