import Foundation
import Records

/// What a run has written, from which pictures are made.
public struct PlotSource: Sendable {
  /// The file, as errors name it.
  let name: String

  private enum Content: Sendable {
    case bytes([UInt8])
    /// In the file itself, which may be larger than the memory.
    case stored
  }

  private let content: Content

  /// Takes the content of a file.
  ///
  /// - Parameters:
  ///   - bytes: One JSON object of `--json`, or a table as CSV.
  ///   - name: The file, as errors name it.
  public init(_ bytes: [UInt8], named name: String) {
    content = .bytes(bytes)
    self.name = name
  }

  /// Names a file of results, which is read when it is drawn.
  public init(results path: String) {
    content = .stored
    name = path
  }

  /// All panels that can be drawn of this file.
  ///
  /// - Returns: At least one.
  /// - Throws: `PlotError` if it is nothing that can be drawn.
  public func panels() throws(PlotError) -> [Panel] {
    guard case .bytes(let bytes) = content else { return try panelsOfStoredResults() }
    guard let first = bytes.first(where: { !" \t\r\n".utf8.contains($0) }) else {
      throw error("is empty; allowed is \(PlotSource.allowed)")
    }
    return first == UInt8(ascii: "{") ? try panelsOfObject(bytes) : try panelsOfTable(bytes)
  }

  private static let allowed =
    "what --json wrote (evolve, steady, sweep, extrapolate, bands), the same as HDF5, a sweep or λ as "
    + "CSV, or a CSV file with the columns ranks and seconds"

  private func panelsOfObject(_ bytes: [UInt8]) throws(PlotError) -> [Panel] {
    let results: Results
    do {
      results = try JSONDecoder().decode(Results.self, from: Data(bytes))
    } catch let failure as DecodingError {
      throw error("\(reason(failure)); allowed is \(PlotSource.allowed)")
    } catch {
      throw PlotError(name, "cannot be read: \(error.localizedDescription)")
    }
    return try panels(of: results)
  }

  /// The panels of what a command has found.
  func panels(of results: Results) throws(PlotError) -> [Panel] {
    switch results.command {
    case "evolve": return [try evolution(results)]
    case "steady": return [try occupations(results)]
    case "sweep": return try sweep(results)
    case "extrapolate": return [try finiteSizeError(results)]
    case "bands": return [try bands(results)]
    default: throw error("is of tgge \(results.command); allowed is \(PlotSource.allowed)")
    }
  }

  private func panelsOfTable(_ bytes: [UInt8]) throws(PlotError) -> [Panel] {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1000)
    let text = lines.lazy.map { String(decoding: $0.prefix(1000), as: UTF8.self) }
    let header = text.first { !$0.hasPrefix("#") && !$0.allSatisfy(\.isWhitespace) } ?? ""
    let columns = header.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    if columns.contains("lambda") {
      guard columns.contains("momentum") else {
        throw error("has several directions; pictures of occupations are for chains")
      }
      do {
        let table = try LambdaTable(reading: bytes, fileName: name, dimension: 1)
        return [try occupations(table)]
      } catch let failure as LambdaTableError {
        throw PlotError(name, failure.description.replacing("\(name):", with: "line "))
      } catch let failure as PlotError {
        throw failure
      } catch {
        throw PlotError(name, "\(error)")
      }
    }
    if columns.contains("ranks"), columns.contains("seconds") {
      return [try scaling(NumberTable(reading: bytes, fileName: name))]
    }
    if columns.contains("current") {
      return try sweep(NumberTable(reading: bytes, fileName: name))
    }
    throw error("is nothing that can be drawn; allowed is \(PlotSource.allowed)")
  }

  /// An error about this file.
  func error(_ message: String) -> PlotError { PlotError(name, message) }

  /// What the decoder did not find, with the place.
  private func reason(_ failure: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String {
      path.isEmpty ? "" : " at " + path.map(\.stringValue).joined(separator: ".")
    }
    switch failure {
    case .keyNotFound(let key, let context):
      return "has no \"\(key.stringValue)\"\(place(context.codingPath))"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "has something unexpected\(place(context.codingPath))"
    default: return "is not one JSON object"
    }
  }
}
