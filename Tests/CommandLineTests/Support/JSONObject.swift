import Foundation

/// A JSON object that the program wrote, whatever its keys are.
///
/// Numbers are read to the last bit, as JSONDecoder does; JSONSerialization loses up to eight units in the last place.
struct JSONObject: Sendable {
  private let values: [String: Value]

  /// What is wrong with an output that should be one JSON object.
  struct NoObject: Error { let text: String }

  /// Reads an output that holds one object and nothing else.
  init(_ text: String) throws {
    guard let values = try? JSONDecoder().decode([String: Value].self, from: Data(text.utf8)) else {
      throw NoObject(text: text)
    }
    self.values = values
  }

  private init(_ values: [String: Value]) { self.values = values }

  var keys: Set<String> { Set(values.keys) }

  /// A number, of a truth value 1 or 0; NaN if there is none.
  func number(_ key: String) -> Double {
    if case .number(let number) = values[key] { number } else { .nan }
  }

  /// A text; empty if there is none.
  func text(_ key: String) -> String {
    if case .text(let text) = values[key] { text } else { "" }
  }

  /// An object; `nil` if there is none.
  func object(_ key: String) -> JSONObject? { values[key]?.object }

  /// A list of objects; empty if there is none.
  func list(_ key: String) -> [JSONObject] {
    guard case .list(let values) = values[key] else { return [] }
    let objects = values.compactMap(\.object)
    return objects.count == values.count ? objects : []
  }

  private enum Value: Decodable, Sendable {
    case number(Double)
    case text(String)
    case list([Value])
    case object([String: Value])
    case null

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .null
      } else if let isTrue = try? container.decode(Bool.self) {
        self = .number(isTrue ? 1 : 0)
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
      } else if let list = try? container.decode([Value].self) {
        self = .list(list)
      } else {
        self = .object(try container.decode([String: Value].self))
      }
    }

    var object: JSONObject? {
      if case .object(let values) = self { JSONObject(values) } else { nil }
    }
  }
}
