/// A place for one value that is not copied, or for none; what `Optional` cannot be borrowed from.
struct Slot<Value: ~Copyable>: ~Copyable {
  private let place: UnsafeMutablePointer<Value>

  /// Whether there is a value.
  private(set) var isFull = false

  init() { place = .allocate(capacity: 1) }

  deinit {
    if isFull { place.deinitialize(count: 1) }
    place.deallocate()
  }

  /// Replaces the value.
  mutating func fill(_ value: consuming Value) {
    clear()
    place.initialize(to: value)
    isFull = true
  }

  /// Destroys the value.
  mutating func clear() {
    if isFull { place.deinitialize(count: 1) }
    isFull = false
  }

  /// The value.
  ///
  /// - Precondition: There is one.
  var value: Value {
    _read {
      precondition(isFull, "an empty slot")
      yield place.pointee
    }
    _modify {
      precondition(isFull, "an empty slot")
      yield &place.pointee
    }
  }
}
