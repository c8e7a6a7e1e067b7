/// The numbers allowed for a key, and how an error says so.
struct NumberRange: Sendable {
  let description: String
  let contains: @Sendable (Double) -> Bool

  static let finite = Self(description: "any finite number") { _ in true }
  static let positive = Self(description: "above 0") { $0 > 0 }
  static let time = Self(description: "above 0, or steady") { $0 > 0 }
  static let notNegative = Self(description: "0 or above") { $0 >= 0 }
  static let zeroToOne = Self(description: "0 to 1") { $0 >= 0 && $0 <= 1 }
  static let insideZeroToOne = Self(description: "inside (0, 1)") { $0 > 0 && $0 < 1 }
  static let tolerance = Self(description: "above 0, at most 1") { $0 > 0 && $0 <= 1 }
  static let oneTurn = Self(description: "-1 to 1") { $0 >= -1 && $0 <= 1 }
}

/// A number as it may be written: plain decimal notation, with neither hexadecimal nor words.
enum WrittenNumber: Equatable {
  case finite(Double)
  /// Not a number, infinite, or so large that it becomes so.
  case notFinite
  case notANumber

  init(_ text: some StringProtocol) {
    let isDecimal = text.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x45, 0x65: true  // 0 to 9, + - . E e
      default: false
      }
    }
    if isDecimal, let value = Double(String(text)) {
      self = value.isFinite ? .finite(value) : .notFinite
    } else {
      let word = text.lowercased().drop { "+-.".contains($0) }
      self = ["nan", "inf", "infinity"].contains(word) ? .notFinite : .notANumber
    }
  }
}
