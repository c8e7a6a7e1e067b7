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

  /// b_j with a last zero: the step has the weights of the last stage.
  private var weights: [Double] { (tableau.stages.last ?? []) + [0] }

  /// b̂_j = b_j − e_j.
  private var embedded: [Double] { zip(weights, tableau.error).map { $0 - $1 } }

  /// The largest |Σ b_j Φ_j − 1/γ| over the trees of an order.
  private func defect(_ weights: [Double], order: Int) -> Double {
    let defects = Tree.all(of: order).map { tree in
      let sum = zip(weights, tree.weights(tableau)).reduce(0) { $0 + $1.0 * $1.1 }
      return abs(sum - 1 / tree.density)
    }
    return defects.max() ?? 0
  }

  /// Coefficients up to 11.6, to half a unit, in sums of seven products of up to four of them.
  private let rounding = 64 * Double.ulpOfOne

  @Test("There are 1, 1, 2, 4, 9 trees of orders 1 to 5")
  func trees() {
    #expect((1...5).map { Tree.all(of: $0).count } == [1, 1, 2, 4, 9])
  }

  @Test("The step satisfies all conditions of its order", arguments: 1...5)
  func orderConditions(_ order: Int) {
    #expect(tableau.order == 5)
    #expect(defect(weights, order: order) <= rounding)
  }

  @Test("The step is not of a higher order than it says")
  func notHigher() {
    #expect(defect(weights, order: 6) > 1e-4)
  }

  @Test("The embedded step satisfies all conditions up to order 4", arguments: 1...4)
  func embeddedConditions(_ order: Int) {
    #expect(defect(embedded, order: order) <= rounding)
  }

  @Test("The embedded step is not of order 5, so that the error estimate sees the error")
  func embeddedNotHigher() {
    #expect(defect(embedded, order: 5) > 1e-4)
  }

  @Test("Each stage depends on the stages before it only")
  func explicit() {
    for (stage, coefficients) in tableau.stages.enumerated() {
      #expect(coefficients.count == stage)
    }
    #expect(tableau.error.count == tableau.count)
  }

  @Test("The stages stand at times 0, 1/5, 3/10, 4/5, 8/9, 1, 1")
  func nodes() {
    let nodes = [0, 0.2, 0.3, 0.8, 8 / 9.0, 1, 1]
    for (coefficients, node) in zip(tableau.stages, nodes) {
      #expect(abs(coefficients.reduce(0, +) - node) <= rounding)
    }
  }
}
