import Foundation

/// A JSON object that the program wrote, whatever its keys are.
struct JSONObject: @unchecked Sendable {
  private let values: [String: Any]

  /// What is wrong with an output that should be one JSON object.
  struct NoObject: Error { let text: String }

  /// Reads an output that holds one object and nothing else.
  init(_ text: String) throws {
    let value = try? JSONSerialization.jsonObject(with: Data(text.utf8))
    guard let values = value as? [String: Any] else { throw NoObject(text: text) }
    self.values = values
  }

  private init(_ values: [String: Any]) { self.values = values }

  var keys: Set<String> { Set(values.keys) }

  /// A number; NaN if there is none.
  func number(_ key: String) -> Double { (values[key] as? NSNumber)?.doubleValue ?? .nan }

  /// A text; empty if there is none.
  func text(_ key: String) -> String { values[key] as? String ?? "" }

  /// An object; `nil` if there is none.
  func object(_ key: String) -> JSONObject? {
    (values[key] as? [String: Any]).map { JSONObject($0) }
  }

  /// A list of objects; empty if there is none.
  func list(_ key: String) -> [JSONObject] {
    (values[key] as? [[String: Any]] ?? []).map { JSONObject($0) }
  }
}
