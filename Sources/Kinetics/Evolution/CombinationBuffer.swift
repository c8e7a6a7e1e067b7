/// Room for the terms of a combination.
struct CombinationBuffer: ~Copyable {
  let tables: UnsafeMutablePointer<UnsafePointer<Double>>
  let weights: UnsafeMutablePointer<Double>

  init(count: Int) {
    tables = .allocate(capacity: count)
    weights = .allocate(capacity: count)
  }

  deinit {
    tables.deallocate()
    weights.deallocate()
  }
}
