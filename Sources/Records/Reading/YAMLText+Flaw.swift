import Yams

extension YAMLText {
  /// What is wrong with the text, before any key is known.
  struct Flaw: Error {
    var key = ""
    let line: Int?
    let message: String
  }
}

extension YAMLText.Flaw {
  static func alias(line: Int?) -> Self {
    let message = "anchors (&name) and aliases (*name) are not allowed; write the value out"
    return Self(line: line, message: message)
  }

  static func depth(line: Int?) -> Self {
    let message = "is nested too deeply; allowed are \(YAMLText.depthLimit) levels"
    return Self(line: line, message: message)
  }

  static func duplicate(_ key: String, line: Int?) -> Self {
    Self(key: key, line: line, message: "is given twice; allowed is once")
  }

  /// The parser's complaint about `text`, in one line.
  init(_ error: YamlError, in text: String) {
    switch error {
    case .duplicatedKeysInMapping(let duplicates, let context):
      self = .duplicate(duplicates.first ?? "", line: context.mark.line)
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      if problem.contains("nest") || (context?.text.contains("nest") ?? false) {
        self = .depth(line: mark.line)
      } else {
        let place = context.map { " \($0.text) that begins in line \($0.mark.line)" } ?? ""
        self.init(line: mark.line, message: "is not YAML: \(problem)\(place)")
      }
    case .reader(let problem, let offset, _, _):
      let line = offset.map { text.prefix($0).count { $0 == "\n" || $0 == "\r\n" } + 1 }
      self.init(line: line, message: "is not YAML: \(problem)")
    default:
      self.init(line: nil, message: "is not YAML: \(printable("\(error)"))")
    }
  }
}
