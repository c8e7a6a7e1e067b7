import Foundation
import Testing

/// What h5py finds in a file of results.
struct ResultContent: Decodable {
  struct Dataset: Decodable, Equatable {
    let shape: [Int]
    let type: String
    let attributes: [String: String]
    /// The numbers in the order of the file, `nothing` for NaN; none of text.
    let values: [Double]
    /// The text, one line for each row; empty of numbers.
    let text: String
  }

  /// What stands for NaN.
  static let nothing = 1e308

  let attributes: [String: String]
  let datasets: [String: Dataset]

  /// A Python that has h5py: that of the PATH, or that of the system.
  static let python: String? = {
    let candidates = [Launcher.find("python3"), "/usr/bin/python3"].compactMap { $0 }
    return candidates.first { path in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: path)
      process.arguments = ["-c", "import h5py"]
      process.standardError = FileHandle.nullDevice
      guard (try? process.run()) != nil else { return false }
      process.waitUntilExit()
      return process.terminationStatus == 0
    }
  }()

  private static let script = """
    import h5py, json, sys
    def plain(attributes): return {key: str(value) for key, value in attributes.items()}
    # JSON has no NaN.
    def number(x): return float(x) if x == x else 1e308
    datasets = {}
    def visit(name, item):
      if not isinstance(item, h5py.Dataset): return
      isText = item.dtype.kind == "S"
      datasets[name] = {
        "shape": list(item.shape), "type": item.dtype.str, "attributes": plain(item.attrs),
        "values": [] if isText else [number(x) for x in item[()].flatten()],
        "text": "" if not isText else item.asstr()[()] if item.shape == () else "\\n".join(item.asstr()[()]),
      }
    with h5py.File(sys.argv[1], "r") as file:
      file.visititems(visit)
      json.dump({"attributes": plain(file.attrs), "datasets": datasets}, sys.stdout)
    """

  /// Reads a file.
  ///
  /// - Throws: If there is no h5py, or it cannot read the file.
  static func read(_ name: String, in folder: Scratch) async throws -> ResultContent {
    let python = try #require(python, "no python3 has h5py: apt-get install python3-h5py")
    let outcome = try await Job([python, "-c", script, name], in: folder).finish(timeout: 20)
    #expect(outcome.status == 0, "\(outcome)")
    return try JSONDecoder().decode(ResultContent.self, from: Data(outcome.output.utf8))
  }
}
