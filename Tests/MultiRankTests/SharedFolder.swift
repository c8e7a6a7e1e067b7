import Foundation
import MPICommunication

/// Runs `body` with the name of a folder that all ranks share, which is removed at the end.
///
/// Collective; errors must be those of all ranks.
func withSharedFolder(
  _ world: MPICommunicator,
  _ body: (String) throws -> Void
) throws {
  var name = Array("tgge-\(UUID().uuidString)".utf8)
  try world.broadcast(&name, from: 0)
  let folder = FileManager.default.temporaryDirectory
    .appending(path: String(decoding: name, as: UTF8.self))
  try world.agree {
    guard world.rank == 0 else { return }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }
  defer { if world.rank == 0 { try? FileManager.default.removeItem(at: folder) } }
  try body(folder.path)
  try world.barrier()
}
