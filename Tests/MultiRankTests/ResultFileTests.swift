import Communication
import Foundation
import MPICommunication
import Records
import Testing

extension MultiRank {
  @Suite("Files of results") struct ResultFiles {
    let world = MultiRank.world

    /// A number for each mode and component that is like no other.
    private static func number(_ mode: Int, _ component: Int, row: Int = 0) -> Double {
      Double(mode) + Double(component) / 16 + Double(row) * 1000
    }

    /// Writes a file of all kinds of datasets.
    ///
    /// Collective over the group.
    private static func write(
      _ path: String,
      modes: Int,
      over group: MPICommunicator
    ) throws {
      let owned = Partition(momenta: modes, bands: 1, over: group).owned
      let file = try ResultFile(creating: path, over: group, handle: group.portableHandle)
      try file.setAttribute("program", "tgge")
      try file.setAttribute("command", "test")
      try file.write(
        [0.5, -1, .nan],
        to: "known/numbers",
        isExtendible: true,
        ResultLabel("Numbers.", unit: "energy", axes: ["row"])
      )
      try file.write(["", "μ", "three"], to: "known/texts", ResultLabel("Texts.", axes: ["row"]))
      try file.write("a: 1\n", to: "deck/given", "A deck.")
      let values = owned.flatMap { mode in (0..<3).map { number(mode, $0) } }
      try values.withUnsafeBufferPointer { buffer in
        try file.write(
          buffer,
          to: "modes/vector",
          owned: owned,
          of: modes,
          components: [3],
          ResultLabel("Vectors.", axes: ["mode", "direction"])
        )
      }
      try file.createRows("rows/lambda", of: Double.self, row: [modes], ResultLabel("Rows."))
      for row in 0..<3 {
        try owned.map { number($0, 0, row: row) }.withUnsafeBufferPointer { buffer in
          try file.append(buffer, to: "rows/lambda", owned: owned)
        }
      }
      try file.finish()
    }

    @Test("All ranks together write what one writes alone", arguments: [1, 2, 5, 64, 1000])
    func equal(modes: Int) throws {
      try withSharedFolder(world) { folder in
        let (together, alone) = try writtenTogetherAndAlone(in: folder, world) {
          try ResultFiles.write($0, modes: modes, over: $1)
        }
        let handle = world.portableHandle
        let one = try StoredResults(reading: together, over: world, handle: handle)
        let other = try StoredResults(reading: alone, over: world, handle: handle)
        for name in ["known/numbers", "modes/vector", "rows/lambda"] {
          let numbers = (try one.numbers(of: name), try other.numbers(of: name))
          #expect(numbers.0.map(\.bitPattern) == numbers.1.map(\.bitPattern), "\(name)")
          let shapes = (try one.shape(of: name), try other.shape(of: name))
          #expect(shapes.0 == shapes.1 && shapes.0 != nil)
        }
        for name in ["known/texts", "deck/given"] {
          let texts = (try one.texts(of: name), try other.texts(of: name))
          #expect(texts.0 == texts.1 && texts.0.isEmpty == false)
        }
      }
    }

    @Test("Each rank reads its own slice of what any number of ranks wrote", arguments: [1, 5, 64])
    func slices(modes: Int) throws {
      try withSharedFolder(world) { folder in
        let path = folder + "/run.h5"
        try ResultFiles.write(path, modes: modes, over: world)
        let file = try StoredResults(reading: path, over: world, handle: world.portableHandle)
        let owned = Partition(momenta: modes, bands: 1, over: world).owned
        let vectors = try file.numbers(of: "modes/vector", owned: owned)
        #expect(
          vectors == owned.flatMap { mode in (0..<3).map { ResultFiles.number(mode, $0) } }
        )
        for row in 0..<3 {
          let values = try file.numbers(of: "rows/lambda", row: row, owned: owned)
          #expect(values == owned.map { ResultFiles.number($0, 0, row: row) })
        }
        let texts = try file.texts(of: "known/texts")
        #expect(texts == ["", "μ", "three"])
        let shape = try file.shape(of: "rows/lambda")
        #expect(shape == [3, modes])
        let none = try file.shape(of: "rows/nothing")
        #expect(none == nil)
        let unit = try file.attribute("unit", of: "known/numbers")
        #expect(unit == "energy")
      }
    }

    @Test(
      "A file that somebody removes while it is written fails on all ranks, and none takes its place"
    )
    func removed() throws {
      try withSharedFolder(world) { folder in
        let path = folder + "/run.h5"
        #expect(throws: (any Error).self) {
          let handle = world.portableHandle
          let file = try ResultFile(creating: path, over: world, handle: handle)
          try file.setAttribute("program", "tgge")
          try world.agree {
            guard world.rank == 0 else { return }
            try FileManager.default.removeItem(atPath: path + ".partial")
          }
          try file.setAttribute("command", "test")
          try file.finish()
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.isEmpty)
        try world.barrier()
      }
    }

    @Test("A complete file has no more room on the disk than its length")
    func room() throws {
      try withSharedFolder(world) { folder in
        let path = folder + "/run.h5"
        try ResultFiles.write(path, modes: 1000, over: world)
        var status = stat()
        #expect(stat(path, &status) == 0)
        // Whole blocks; some file systems have large ones.
        #expect(512 * Int(status.st_blocks) < Int(status.st_size) + (1 << 18))
        try world.barrier()
      }
    }

    @Test("A dataset that has the modes of some ranks only fails on all of them")
    func tooFew() throws {
      try withSharedFolder(world) { folder in
        let path = folder + "/run.h5"
        try ResultFiles.write(path, modes: 20, over: world)
        let file = try StoredResults(reading: path, over: world, handle: world.portableHandle)
        let owned = Partition(momenta: 21, bands: 1, over: world).owned
        #expect(throws: (any Error).self) {
          try file.numbers(of: "rows/lambda", row: 0, owned: owned)
        }
        #expect(throws: (any Error).self) { try file.numbers(of: "modes/vector", owned: owned) }
      }
    }

    @Test("What is not there, no file of results or not writable fails on all ranks")
    func failures() throws {
      try withSharedFolder(world) { folder in
        let handle = world.portableHandle
        let path = folder + "/run.h5"
        try ResultFiles.write(path, modes: 8, over: world)
        try world.agree {
          guard world.rank == 0 else { return }
          let bytes = FileManager.default.contents(atPath: path) ?? Data()
          let torn = bytes.dropLast(bytes.count / 3)
          _ = FileManager.default.createFile(atPath: folder + "/torn.h5", contents: torn)
        }
        #expect(throws: (any Error).self) {
          _ = try StoredResults(reading: folder + "/none.h5", over: world, handle: handle)
        }
        #expect(throws: (any Error).self) {
          _ = try StoredResults(reading: folder + "/torn.h5", over: world, handle: handle)
        }
        #expect(throws: (any Error).self) {
          let file = try StoredResults(reading: path, over: world, handle: handle)
          _ = try file.numbers(of: "nothing/at/all")
        }
        #expect(throws: (any Error).self) {
          let file = try StoredResults(reading: path, over: world, handle: handle)
          _ = try file.numbers(of: "rows/lambda", row: 3, owned: 0..<1)
        }
        #expect(throws: (any Error).self) {
          try ResultFiles.write(folder + "/none/run.h5", modes: 8, over: world)
        }
      }
    }
  }
}
