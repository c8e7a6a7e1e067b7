import Yams

extension YAMLText {
  /// Set before the first of two equal keys, so that the parser takes them for different ones.
  private static let duplicateMark: Unicode.Scalar = "\u{E000}"

  /// Beyond this many keys given twice the error is less precise, so that it comes soon.
  static let markLimit = 4

  /// Throws the error with path and line of the second of two equal keys.
  ///
  /// The parser knows neither, but `convert`, which ignores marks, finds both.
  func locateDuplicate(in marked: String, marks: Int, _ flaw: Flaw) throws(Flaw) {
    do {
      _ = try tree(of: marked, marks: marks)
    } catch  where error.message == flaw.message {
      throw error
    } catch {}
  }

  func marking(_ text: String, at mark: Mark) -> String {
    var scalars = text.unicodeScalars
    var index = scalars.startIndex
    for _ in 1..<max(1, mark.line) {
      index = scalars[index...].firstIndex(of: "\n").map(scalars.index(after:)) ?? scalars.endIndex
    }
    index =
      scalars.index(index, offsetBy: max(0, mark.column - 1), limitedBy: scalars.endIndex)
      ?? scalars.endIndex
    // A key in quotes is marked inside.
    if index < scalars.endIndex, ["'", "\""].contains(scalars[index]) {
      index = scalars.index(after: index)
    }
    scalars.insert(Self.duplicateMark, at: index)
    return String(scalars)
  }

  func unmarked(_ key: String) -> String {
    String(String.UnicodeScalarView(key.unicodeScalars.drop { $0 == Self.duplicateMark }))
  }
}
