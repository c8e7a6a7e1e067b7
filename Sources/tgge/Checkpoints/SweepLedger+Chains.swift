import Communication
import Foundation
import Kinetics
import MPICommunication
import Records
import Studies

/// The states of chains, in checkpoints beside the ledger.
extension SweepLedger {
  /// How much longer points must have taken than the state takes to be saved.
  private static let patience = 20

  mutating func save(
    _ words: StateWords,
    _ lambda: UnsafeBufferPointer<Double>,
    ofChain chain: Int,
    partition: Partition,
    over group: some Communicator
  ) throws {
    guard let path else { return }
    let start = ContinuousClock.now
    let isDue = start - lastSaved >= longestSave * SweepLedger.patience
    // The first rank's clock decides.
    guard try group.maximum(group.rank == 0 && isDue ? 1 : 0 as Int64) > 0 else { return }
    let file = CheckpointFile(
      SweepLedger.file(chain, beside: path),
      over: group,
      owned: partition.owned,
      of: partition.modes
    )
    let content = CheckpointContent(
      version: Version.number,
      entries: entries,
      words: words.words
    )
    do {
      try file.write(content, [lambda], keepsFormer: false)
    } catch  where !(error is CommunicationError) {
      // Points that were found are kept all the same; later ones may have to be solved again.
    }
    lastSaved = .now
    longestSave = max(longestSave, lastSaved - start)
  }

  mutating func words(ofChain chain: Int, over group: some Communicator) throws -> StateWords? {
    guard let path else { return nil }
    let name = SweepLedger.file(chain, beside: path)
    // How many modes there are, only the words tell; λ is compared when it is read.
    let file = CheckpointFile(name, over: group, owned: 0..<0, of: 0)
    guard case .success(let content) = try file.read(name), content.entries == entries else {
      return nil
    }
    return StateWords(content.words)
  }

  mutating func readLambda(
    ofChain chain: Int,
    into lambda: UnsafeMutableBufferPointer<Double>,
    partition: Partition,
    over group: some Communicator
  ) throws {
    guard let path else { return }
    let name = SweepLedger.file(chain, beside: path)
    let file = CheckpointFile(name, over: group, owned: partition.owned, of: partition.modes)
    // All ranks come to the same verdict.
    if case .failure(let flaw) = try file.read(name) { throw RecordError("\(name) \(flaw)") }
    try file.read(vector: 0, of: name, into: lambda)
  }

  mutating func discard(chain: Int, over group: some Communicator) throws {
    guard let path, group.rank == 0 else { return }
    SweepLedger.remove(chain, beside: path)
  }

  static func file(_ chain: Int, beside path: String) -> String { path + ".chain\(chain)" }

  /// Removes the state of a chain.
  static func remove(_ chain: Int, beside path: String) {
    let name = file(chain, beside: path)
    unlink(name)
    unlink(CheckpointFile<MPICommunicator>.partial(name))
  }
}
