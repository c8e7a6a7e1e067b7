import Communication
import Foundation
import MPICommunication
import Records
import Testing

extension MultiRank {
  @Suite("Checkpoints") struct Checkpoints {
    let world = MultiRank.world

    private static let content = CheckpointContent(
      version: "1",
      entries: [.init(key: "baths.drive", value: "0.5")],
      words: [1, .max, 7]
    )

    private static func element(_ vector: Int, _ mode: Int) -> Double {
      1 / Double(1 + mode + 1000 * vector)
    }

    private static func file(
      _ path: String,
      modes: Int,
      over group: MPICommunicator
    ) -> CheckpointFile<MPICommunicator> {
      let owned = Partition(momenta: modes, bands: 1, over: group).owned
      return CheckpointFile(path, over: group, owned: owned, of: modes)
    }

    /// Writes two vectors.
    ///
    /// Collective over the group.
    private static func write(_ path: String, modes: Int, over group: MPICommunicator) throws {
      let owned = Partition(momenta: modes, bands: 1, over: group).owned
      let vectors = (0..<2).map { vector in owned.map { element(vector, $0) } }
      try vectors[0].withUnsafeBufferPointer { first in
        try vectors[1].withUnsafeBufferPointer { second in
          let file = file(path, modes: modes, over: group)
          try file.write(content, [first, second], keepsFormer: true)
        }
      }
    }

    private func bytes(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }

    @Test("The file has the same bytes on any number of ranks", arguments: [1, 5, 64, 1001])
    func sameBytes(modes: Int) throws {
      try withSharedFolder(world) { folder in
        let (together, alone) = try writtenTogetherAndAlone(in: folder, world) {
          try Checkpoints.write($0, modes: modes, over: $1)
        }
        let files = (bytes(together), bytes(alone))
        #expect(files.0 == files.1 && files.0?.isEmpty == false)
      }
    }

    @Test("All ranks read what one wrote, and one what all wrote", arguments: [1, 5, 64])
    func exchanged(modes: Int) throws {
      try withSharedFolder(world) { folder in
        let (together, alone) = (folder + "/together", folder + "/alone")
        try Checkpoints.write(together, modes: modes, over: world)
        try world.split(color: world.rank == 0 ? 0 : 1) { group in
          if world.rank == 0 { try Checkpoints.write(alone, modes: modes, over: group) }
        }
        try world.barrier()
        func expect(_ path: String, _ group: MPICommunicator) throws {
          let file = Checkpoints.file(path, modes: modes, over: group)
          let found = try file.read(path)
          #expect(found == .success(Checkpoints.content))
          let owned = Partition(momenta: modes, bands: 1, over: group).owned
          for vector in 0..<2 {
            var values = [Double](repeating: .nan, count: owned.count)
            try values.withUnsafeMutableBufferPointer { buffer in
              try file.read(vector: vector, of: path, into: buffer)
            }
            #expect(values == owned.map { Checkpoints.element(vector, $0) })
          }
        }
        try expect(alone, world)
        try world.split(color: world.rank) { group in try expect(together, group) }
      }
    }

    @Test("All ranks find the same flaw, wherever the bit is that was flipped")
    func flaws() throws {
      try withSharedFolder(world) { folder in
        let path = folder + "/state"
        try Checkpoints.write(path, modes: 64, over: world)
        let whole = [UInt8](bytes(path) ?? Data())
        for place in [9, 50, 4096, 4096 + 8 * 40 + 3, 4096 + 8 * 127, whole.count - 1] {
          try world.agree {
            guard world.rank == 0 else { return }
            var bad = whole
            bad[place] ^= 8
            try Data(bad).write(to: URL(fileURLWithPath: path))
          }
          let file = Checkpoints.file(path, modes: 64, over: world)
          let verdict: Int64
          switch try file.read(path) {
          case .failure: verdict = 1
          default: verdict = 0
          }
          #expect(verdict == 1, "byte \(place)")
          let most = try world.maximum(verdict)
          let least = -(try world.maximum(-verdict))
          #expect(most == least)
        }
      }
    }

    @Test("Rows of a journal come back on other ranks, and a row that was not written is an error")
    func journal() throws {
      try withSharedFolder(world) { folder in
        let path = folder + "/rows"
        let owned = Partition(momenta: 30, bands: 1, over: world).owned
        let journal = RowJournal(path, over: world, of: 30)
        for row in 0..<3 {
          try owned.map { Checkpoints.element(row, $0) }.withUnsafeBufferPointer { buffer in
            try journal.write(row, buffer, owned: owned)
          }
        }
        try world.split(color: world.rank) { group in
          let alone = RowJournal(path, over: group, of: 30)
          var values = [Double](repeating: .nan, count: 30)
          for row in 0..<3 {
            try values.withUnsafeMutableBufferPointer {
              try alone.read(row, into: $0, owned: 0..<30)
            }
            #expect(values == (0..<30).map { Checkpoints.element(row, $0) })
          }
        }
        var values = [Double](repeating: 0, count: owned.count)
        #expect(throws: (any Error).self) {
          try values.withUnsafeMutableBufferPointer { try journal.read(3, into: $0, owned: owned) }
        }
        try journal.remove()
        #expect(bytes(path) == nil)
      }
    }

    @Test("Where nothing can be written all ranks say so, and the former checkpoint stays")
    func unwritable() throws {
      try withSharedFolder(world) { folder in
        #expect(throws: (any Error).self) {
          try Checkpoints.write(folder + "/none/state", modes: 10, over: world)
        }
        let path = folder + "/state"
        try Checkpoints.write(path, modes: 10, over: world)
        let former = bytes(path)
        // A folder stands where the next one is to be written.
        let partial = CheckpointFile<MPICommunicator>.partial(path)
        if world.rank == 0 { mkdir(partial, 0o777) }
        try world.barrier()
        #expect(throws: (any Error).self) {
          try Checkpoints.write(path, modes: 10, over: world)
        }
        #expect(bytes(path) == former)
      }
    }
  }
}
