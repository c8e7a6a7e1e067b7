extension MomentPass {
  /// What a pass computes.
  struct Work {
    var extent = Extent.moments
    var response = Response.couplings([])
    var state: StateVector?
    /// The place of the first tabulated mode among the owned ones.
    var offset = 0
    var point = MomentPoint([], isNonnegative: [], modes: 1)
    var exactFolds = 3
    var folds = 3
    /// Whether c is Σ_r (dγ_r/γ_r) (P_r − Q_r), so that its sums follow from those of P and Q.
    var combinesResponse = false
    /// dγ_r/γ_r then.
    var relativeChanges: [Double] = []
    /// The largest magnitude in each column, where it is looked for.
    var largest: [Double] = []
    /// The modes that are more than half filled.
    var filled: Int64 = 0
  }
}
