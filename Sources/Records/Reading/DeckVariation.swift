/// One `--vary KEY=FROM:TO:STEP` or `--vary KEY=a,b,c`: a key of the deck and the values it takes, one after
/// the other.
///
/// Of a range the end is included if it is within 10⁻⁹ of a step; values are `from + i · step`, rounded to the
/// decimals with which the three are written. Commas inside brackets do not separate values:
/// `lattice.modes=[16,16],[32,32]` has two.
public struct DeckVariation: Sendable, Equatable {
  /// The key, a path such as `baths.nonequilibrium.delta[0]`.
  public let key: String

  /// The values as YAML, at least one.
  public let values: [String]

  /// A `--vary` that cannot be understood.
  public struct Flaw: Error, Sendable, Equatable, CustomStringConvertible {
    /// One line for the user.
    public let description: String
  }

  /// A range has at most this many values.
  public static let limit = 10_000

  /// Reads the text behind `--vary`.
  ///
  /// Whether the deck has such a key, and allows the values, is found out when a deck is read with them.
  ///
  /// - Throws: `Flaw` with what is wrong and what is allowed.
  public init(_ text: String) throws(Flaw) {
    func flaw(_ message: String) -> Flaw {
      Flaw(description: printable("--vary \(clipped(text, to: 80)): \(message)"))
    }
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
      throw flaw("allowed is KEY=FROM:TO:STEP, such as baths.drive=0:1:0.05, or KEY=a,b,c")
    }
    let key = String(text[..<equals])
    guard DeckPath.steps(of: key) != nil else {
      throw flaw("'\(key)' is not a key; allowed are words joined by dots, and [0] in lists")
    }
    let rest = text[text.index(after: equals)...]
    let ends = rest.split(separator: ":", omittingEmptySubsequences: false)
    // A colon inside brackets belongs to a mapping.
    if ends.count > 1, !rest.contains(where: { "[{\"'".contains($0) }) {
      guard ends.count == 3 else { throw flaw("a range is FROM:TO:STEP, such as 0:1:0.05") }
      var numbers: [Double] = []
      for end in ends {
        guard case .finite(let number) = WrittenNumber(end) else {
          throw flaw("'\(clipped(String(end)))' is not a finite number; a range is FROM:TO:STEP")
        }
        numbers.append(number)
      }
      let steps = (numbers[1] - numbers[0]) / numbers[2]
      guard numbers[2] != 0, steps > -1e-9 else {
        throw flaw("the step must lead from the first number to the second")
      }
      guard steps < Double(DeckVariation.limit) else {
        throw flaw("gives more than \(DeckVariation.limit) values")
      }
      let scale = decimalScale(of: ends)
      values = (0...Int((steps + 1e-9).rounded(.down))).map { index in
        // The end is meant where a step reaches it but for rounding.
        if abs(Double(index) - steps) <= 1e-9 { return written(numbers[1]) }
        let value = numbers[0] + Double(index) * numbers[2]
        guard let scale, abs(value * scale) < 0x1p52 else { return written(value) }
        return written((value * scale).rounded() / scale)
      }
    } else {
      values = separated(rest)
      guard !values.contains(where: { $0.allSatisfy(\.isWhitespace) }) else {
        throw flaw("has an empty value; allowed is a list such as KEY=0.1,0.2,0.5")
      }
      guard values.count <= DeckVariation.limit else {
        throw flaw("gives more than \(DeckVariation.limit) values")
      }
    }
    self.key = key
  }

  /// The override that sets one of the values.
  public func override(_ index: Int) -> DeckOverride {
    let assignment = "\(key)=\(values[index])"
    return DeckOverride(assignment, shownAs: "--vary \(assignment)")
  }

  /// The number that a value is; `nil` for lists and words.
  public func number(_ index: Int) -> Double? {
    guard case .finite(let number) = WrittenNumber(values[index]) else { return nil }
    return number
  }
}

/// A number without a point where it is an integer.
private func written(_ number: Double) -> String {
  number == number.rounded() && abs(number) < 1e15 ? Int(number).description : number.description
}

/// 10^k such that all these numbers, as they are written, are multiples of 10^−k; `nil` if k is above 15.
private func decimalScale(of numbers: [Substring]) -> Double? {
  var most = 0
  for number in numbers {
    let parts = number.lowercased().split(separator: "e", maxSplits: 1)
    guard let mantissa = parts.first else { return nil }
    let fraction = mantissa.split(separator: ".", omittingEmptySubsequences: false).dropFirst()
    let exponent = parts.count > 1 ? Int(parts[1]) ?? .max : 0
    guard (-999...999).contains(exponent) else { return nil }
    most = max(most, (fraction.first?.count ?? 0) - exponent)
  }
  return most <= 15 ? (0..<most).reduce(1) { scale, _ in scale * 10 } : nil
}

/// The values between commas that are not inside brackets, braces or quotes.
private func separated(_ text: Substring) -> [String] {
  var values = [""]
  var depth = 0
  var quote: Character?
  for character in text {
    if let open = quote {
      if character == open { quote = nil }
    } else if "\"'".contains(character) {
      quote = character
    } else if "[{".contains(character) {
      depth += 1
    } else if "]}".contains(character) {
      depth -= 1
    }
    if character == ",", depth <= 0, quote == nil {
      values.append("")
    } else {
      values[values.count - 1].append(character)
    }
  }
  return values
}
