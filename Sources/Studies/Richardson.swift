/// Richardson's extrapolation of difference quotients D(h) to h = 0, with an estimate of its error.
///
/// D(h) = D(0) + c₁ h^p + c₂ h^2p + …, p = 2 for central and 1 for one-sided differences, with h halved from row to row. Of
/// all entries of the table the one that changed least is taken (C. J. F. Ridders, Adv. Eng. Softw. 4, 75
/// (1982)).
package struct Richardson {
  /// The best value so far; empty before the first row.
  package private(set) var value: [Double] = []

  /// By how much any component of it differs from the entries that it was made of.
  package private(set) var error = Double.infinity

  private let order: Int
  private var row: [[Double]] = []

  /// A table without rows.
  ///
  /// - Parameter order: p.
  package init(order: Int) { self.order = order }

  /// Adds the quotients of half the h before.
  package mutating func add(_ quotients: [Double]) {
    var next = [quotients]
    if row.isEmpty { value = quotients }
    for column in row.indices {
      let factor = Double(1 << (order * (column + 1))) - 1
      let (new, old) = (next[column], row[column])
      let better = zip(new, old).map { $0 + ($0 - $1) / factor }
      let changes = zip(better, zip(new, old)).map { max(abs($0 - $1.0), abs($0 - $1.1)) }
      let change = changes.contains { !$0.isFinite } ? .infinity : changes.max() ?? 0
      if change < error {
        error = change
        value = better
      }
      next.append(better)
    }
    row = next
  }
}
