/// The text with everything that would break the line or move the cursor replaced, by `?` if by nothing else.
package func printable(_ text: String, replacement: Unicode.Scalar = "?") -> String {
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format, .privateUse, .unassigned:
      result.append(replacement)
    default:
      result.append(scalar)
    }
  }
  return String(result)
}

/// The text, or as much of its beginning as fits into `length` characters.
func clipped(_ text: String, to length: Int = 40) -> String {
  // A character may have any number of scalars: those are what is counted.
  let start = text.unicodeScalars.prefix(length)
  return start.endIndex == text.endIndex ? text : String(start) + "..."
}

/// The names, separated by commas.
func listed(_ names: [String]) -> String {
  clipped(names.joined(separator: ", "), to: 200)
}

/// The candidate that a misspelt word most probably means; nil if none is near.
func nearest(to word: String, among candidates: [String]) -> String? {
  let letters = Array(clipped(word).lowercased())
  let distances = candidates.prefix(100).map { editDistance(letters, Array($0)) }
  guard let least = distances.min(), least <= max(1, letters.count / 3) else { return nil }
  return distances.firstIndex(of: least).map { candidates[$0] }
}

/// The number of insertions, deletions, replacements and swaps of neighbours between two words.
private func editDistance(_ first: [Character], _ second: [Character]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...second.count)
  for i in first.indices {
    var row = [i + 1]
    for j in second.indices {
      var distance = min(
        last[j] + (first[i] == second[j] ? 0 : 1),
        last[j + 1] + 1,
        row[j] + 1
      )
      if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
        distance = min(distance, beforeLast[j - 1] + 1)
      }
      row.append(distance)
    }
    beforeLast = last
    last = row
  }
  return last[second.count]
}
