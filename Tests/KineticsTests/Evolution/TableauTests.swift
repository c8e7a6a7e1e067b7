import Kinetics
import Testing

/// A rooted tree of the theory of order conditions.
private struct Tree {
  var children: [Tree] = []

  var order: Int { children.reduce(1) { $0 + $1.order } }

  /// γ: the order times the densities of the children.
  var density: Double { children.reduce(Double(order)) { $0 * $1.density } }

  /// A name that does not depend on the order of the children.
  var name: String { "(" + children.map(\.name).sorted().joined() + ")" }

  /// This tree with a leaf more, in every place.
  var grown: [Tree] {
    var trees = [Tree(children: children + [Tree()])]
    for (place, child) in children.enumerated() {
      for larger in child.grown {
        var copy = self
        copy.children[place] = larger
        trees.append(copy)
      }
    }
    return trees
  }

  /// All trees of an order, each once.
  static func all(of order: Int) -> [Tree] {
    guard order > 1 else { return [Tree()] }
    var trees: [String: Tree] = [:]
    for tree in all(of: order - 1).flatMap(\.grown) { trees[tree.name] = tree }
    return Array(trees.values)
  }

  /// Π over the children of Σ_j a_ij times the child's own weight at j, for each stage i.
  func weights(_ tableau: Tableau) -> [Double] {
    var product = [Double](repeating: 1, count: tableau.count)
    for child in children {
      let inner = child.weights(tableau)
      for stage in product.indices {
        product[stage] *= zip(tableau.stages[stage], inner).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    return product
  }
}

@Suite("Tableau")
struct TableauTests {
  private let tableau = Tableau.dormandPrince

  /// b̂_j = b_j − e_j of both embedded steps.
  private var embedded: [[Double]] {
    [tableau.error, tableau.secondError].map { zip(tableau.weights, $0).map { $0 - $1 } }
  }

  /// The largest |Σ b_j Φ_j − 1/γ| over the trees of an order.
  private func defect(_ weights: [Double], order: Int) -> Double {
    let defects = Tree.all(of: order).map { tree in
      let sum = zip(weights, tree.weights(tableau)).reduce(0) { $0 + $1.0 * $1.1 }
      return abs(sum - 1 / tree.density)
    }
    return defects.max() ?? 0
  }

  /// Coefficients up to 43, to half a unit, in sums of twelve products of up to seven factors.
  private let rounding = 512 * Double.ulpOfOne

  @Test("There are 1, 1, 2, 4, 9, 20, 48, 115 trees of orders 1 to 8")
  func trees() {
    #expect((1...8).map { Tree.all(of: $0).count } == [1, 1, 2, 4, 9, 20, 48, 115])
  }

  @Test("The step satisfies all conditions of its order", arguments: 1...8)
  func orderConditions(_ order: Int) {
    #expect(tableau.order == 8)
    #expect(defect(tableau.weights, order: order) <= rounding)
  }

  @Test("The step is not of a higher order than it says")
  func notHigher() {
    #expect(defect(tableau.weights, order: 9) > 1e-6)
  }

  @Test("The embedded steps satisfy all conditions up to the orders 5 and 3")
  func embeddedConditions() {
    for (weights, last) in zip(embedded, [5, 3]) {
      for order in 1...last { #expect(defect(weights, order: order) <= rounding) }
    }
  }

  @Test("The embedded steps are not of the orders 6 and 4, so that the estimates see the error")
  func embeddedNotHigher() {
    #expect(defect(embedded[0], order: 6) > 1e-5)
    #expect(defect(embedded[1], order: 4) > 1e-3)
  }

  @Test("Each stage depends on the stages before it only")
  func explicit() {
    for (stage, coefficients) in tableau.stages.enumerated() {
      #expect(coefficients.count == stage)
    }
    for weights in [tableau.weights, tableau.error, tableau.secondError] {
      #expect(weights.count == tableau.count)
    }
  }

  @Test("The stages stand at the nodes of the method, the last at the end of the step")
  func nodes() {
    // Of Hairer, Nørsett and Wanner, with √6.
    let root = 6.0.squareRoot()
    let nodes = [
      0, (12 - 2 * root) / 135, (6 - root) / 45, (6 - root) / 30, (6 + root) / 30, 1.0 / 3, 0.25,
      4.0 / 13, 127.0 / 195, 0.6, 6.0 / 7, 1,
    ]
    for (coefficients, node) in zip(tableau.stages, nodes) {
      #expect(abs(coefficients.reduce(0, +) - node) <= rounding)
    }
  }

  @Test("On λ̇ = -λ the step shrinks for lengths up to 6.3, and grows beyond 6.4")
  func stability() {
    // R(z) = 1 + z Σ_j b_j y_j with y_i = 1 + z Σ_j a_ij y_j.
    func amplification(_ z: Double) -> Double {
      var stages: [Double] = []
      for row in tableau.stages {
        stages.append(1 + z * zip(row, stages).reduce(0) { $0 + $1.0 * $1.1 })
      }
      return abs(1 + z * zip(tableau.weights, stages).reduce(0) { $0 + $1.0 * $1.1 })
    }
    for z in stride(from: 0.1, through: 6.35, by: 0.05) { #expect(amplification(-z) < 1) }
    #expect(amplification(-6.4) > 1)
  }
}
