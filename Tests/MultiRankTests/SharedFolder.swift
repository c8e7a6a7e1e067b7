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

/// Writes a file in a folder by all ranks together, and another one by the first rank alone.
///
/// Collective.
///
/// - Returns: Both paths, once both files are complete.
func writtenTogetherAndAlone(
  in folder: String,
  _ world: MPICommunicator,
  _ write: (String, MPICommunicator) throws -> Void
) throws -> (together: String, alone: String) {
  let (together, alone) = (folder + "/together.h5", folder + "/alone.h5")
  try write(together, world)
  try world.split(color: world.rank == 0 ? 0 : 1) { group in
    if world.rank == 0 { try write(alone, group) }
  }
  try world.barrier()
  return (together, alone)
}
