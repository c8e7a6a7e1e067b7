import Communication

/// Fingerprints of what files hold.
///
///     Σ_i splitmix64(i XOR splitmix64(bits of element i))  mod 2⁶⁴
///
/// A sum of parts is the fingerprint of the whole, so that each rank adds its own slice, on any number of
/// ranks. A change of one element always shows, since splitmix64 is a bijection; any other goes unseen
/// with probability 2⁻⁶⁴.
enum Checksum {
  /// The share of the elements from the place `first` on.
  static func of(_ values: UnsafeBufferPointer<Double>, from first: Int) -> UInt64 {
    guard let start = values.baseAddress else { return 0 }
    var sum: UInt64 = 0
    var place = UInt64(truncatingIfNeeded: first)
    // Without checks, so that eight go at a time.
    for index in 0..<values.count {
      sum &+= splitmix64(place ^ splitmix64(start[index].bitPattern))
      place &+= 1
    }
    return sum
  }

  /// The fingerprint of words.
  static func of(_ words: some Sequence<UInt64>) -> UInt64 {
    var sum: UInt64 = 0
    for (index, word) in words.enumerated() {
      sum &+= splitmix64(UInt64(index) ^ splitmix64(word))
    }
    return sum
  }

  /// The fingerprint of bytes, and of how many they are.
  static func of(_ bytes: some Collection<UInt8>) -> UInt64 {
    var sum = splitmix64(UInt64(bytes.count))
    for (index, byte) in bytes.enumerated() {
      sum &+= splitmix64(UInt64(index) << 8 ^ splitmix64(UInt64(byte)))
    }
    return sum
  }
}
