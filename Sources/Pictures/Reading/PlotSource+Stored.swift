import Communication
import Records

extension PlotSource {
  private typealias Stored = StoredResults<SerialCommunicator>

  /// The panels of a file of results.
  ///
  /// - Throws: `PlotError` if it cannot be read, or there is nothing to draw.
  func panelsOfStoredResults() throws(PlotError) -> [Panel] {
    do {
      let stored = try StoredResults(reading: name, over: SerialCommunicator(), handle: nil)
      let command = try stored.command()
      switch command {
      case "evolve": return try panels(of: evolution(stored))
      case "steady": return [try occupations(stored)]
      case "sweep": return try panels(of: sweep(stored))
      case "extrapolate": return try panels(of: sizes(stored))
      case "bands": return try panels(of: bands(stored))
      default: throw error("is of tgge \(command), which cannot be drawn")
      }
    } catch let failure as PlotError {
      throw failure
    } catch {
      // The file is named once.
      throw PlotError(name, "\(error)".replacing("\(name): ", with: "", maxReplacements: 1))
    }
  }

  private func evolution(_ stored: borrowing Stored) throws -> Results {
    let times = try stored.numbers(of: "outputs/time")
    let modes = try stored.shape(of: "recorded/mode") == nil ? [] : recorded(stored)
    let outputs = try times.enumerated().map { row, time in
      let entries = try modes.map { mode in
        let values = try stored.numbers(
          of: "outputs/lambda",
          row: row,
          owned: mode.place..<mode.place + 1
        )
        return mode.entry(values[0])
      }
      return Results.Output(time: time, lambda: entries)
    }
    let hasGibbs = try stored.shape(of: "recorded/gibbs") != nil
    let gibbs = hasGibbs ? try stored.numbers(of: "recorded/gibbs") : []
    var results = Results(command: "evolve")
    results.bands = try countOfBands(stored)
    results.outputs = outputs
    results.gibbs = zip(modes, gibbs).map { $0.entry($1) }
    return results
  }

  /// n of all modes in the steady state.
  private func occupations(_ stored: borrowing Stored) throws -> Panel {
    let momenta = try stored.numbers(of: "modes/momentum")
    let bands = try stored.numbers(of: "modes/band")
    guard momenta.count == bands.count else {
      throw error("has several directions; pictures of occupations are for chains")
    }
    let lambda = try stored.numbers(of: "steady/lambda", row: 0, owned: 0..<bands.count)
    let modes = momenta.indices.map { mode in
      (momentum: momenta[mode], band: Int(bands[mode]), lambda: lambda[mode])
    }
    return occupations(modes, style: .line)
  }

  private func sweep(_ stored: borrowing Stored) throws -> Results {
    let keys = try names(stored, "keys", of: "sweep/value")
    let values = try rows(stored, "sweep/value")
    let currents = try currents(stored, "sweep")
    let isThere = try stored.shape(of: "sweep/recorded_lambda") != nil
    let modes = isThere ? try recorded(stored) : []
    let lambda = isThere ? try rows(stored, "sweep/recorded_lambda") : values.map { _ in [] }
    let status = try stored.numbers(of: "sweep/status")
    guard values.count == status.count, currents.count == status.count,
      lambda.count == status.count, values.allSatisfy({ $0.count == keys.count })
    else { throw error("has not the same number of points in each dataset") }
    var results = Results(command: "sweep")
    results.keys = keys
    results.key = keys.last
    results.bands = (modes.map(\.band).max() ?? 0) + 1
    results.points = status.indices.filter { status[$0] == 0 }.map { point in
      let numbers = zip(keys, values[point]).filter { !$1.isNaN }
      return Results.Point(
        value: values[point].last.flatMap { $0.isNaN ? nil : $0 },
        values: Dictionary(numbers.map { ($0, $1) }) { first, _ in first },
        modes: nil,
        lambda: zip(modes, lambda[point]).map { $0.entry($1) },
        current: currents[point].total,
        currents: currents[point].byOrbital
      )
    }
    return results
  }

  private func sizes(_ stored: borrowing Stored) throws -> Results {
    let cells = try rows(stored, "sizes/cells")
    let currents = try currents(stored, "sizes")
    guard cells.count == currents.count else {
      throw error("has not the same number of sizes in each dataset")
    }
    var results = Results(command: "extrapolate")
    results.points = zip(cells, currents).map { cells, currents in
      Results.Point(
        value: nil,
        values: nil,
        modes: Components(cells),
        lambda: nil,
        current: currents.total,
        currents: currents.byOrbital
      )
    }
    results.limit = Components(try stored.numbers(of: "limit/current"))
    results.decayRate = try stored.numbers(of: "limit/decay_rate").first { !$0.isNaN }
    return results
  }

  private func bands(_ stored: borrowing Stored) throws -> Results {
    let momenta = try rows(stored, "modes/momentum")
    let bands = try stored.numbers(of: "modes/band")
    let energies = try stored.numbers(of: "modes/energy")
    let weights = try rows(stored, "modes/orbital_weight")
    let orbitals = try names(stored, "orbitals", of: "modes/orbital_weight")
    guard [momenta.count, bands.count, weights.count].allSatisfy({ $0 == energies.count }) else {
      throw error("has not the same number of modes in each dataset")
    }
    var results = Results(command: "bands")
    results.orbitals = orbitals
    results.states = energies.indices.map { mode in
      Results.Mode(
        momentum: Components(momenta[mode]),
        band: Int(bands[mode]),
        energy: energies[mode],
        weights: Dictionary(zip(orbitals, weights[mode])) { first, _ in first }
      )
    }
    return results
  }

  // MARK: - Pieces

  private struct RecordedMode {
    let place: Int
    let momentum: Components
    let band: Int

    func entry(_ value: Double) -> Results.Entry {
      Results.Entry(momentum: momentum, band: band, value: value)
    }
  }

  private func recorded(_ stored: borrowing Stored) throws -> [RecordedMode] {
    let places = try stored.numbers(of: "recorded/mode")
    let bands = try stored.numbers(of: "recorded/band")
    let momenta = try rows(stored, "recorded/momentum")
    guard places.count == bands.count, momenta.count == bands.count else {
      throw error("has not the same recorded modes in each dataset")
    }
    return places.indices.map { index in
      RecordedMode(
        place: Int(places[index]),
        momentum: Components(momenta[index]),
        band: Int(bands[index])
      )
    }
  }

  private func currents(
    _ stored: borrowing Stored,
    _ group: String
  ) throws -> [(total: Components, byOrbital: [String: Components])] {
    let orbitals = try names(stored, "orbitals", of: group + "/orbital_current")
    let totals = try rows(stored, group + "/current")
    let parts = try rows(stored, group + "/orbital_current")
    guard totals.count == parts.count else {
      throw error("has not the same number of currents in each dataset")
    }
    return zip(totals, parts).map { total, parts in
      let byOrbital = orbitals.enumerated().map { orbital, name in
        let own = stride(from: orbital, to: parts.count, by: orbitals.count).map { parts[$0] }
        return (name, Components(own))
      }
      return (Components(total), Dictionary(byOrbital) { first, _ in first })
    }
  }

  private func countOfBands(_ stored: borrowing Stored) throws -> Int {
    Int(try stored.numbers(of: "modes/band").max() ?? 0) + 1
  }

  /// The rows of a dataset.
  private func rows(_ stored: borrowing Stored, _ name: String) throws -> [[Double]] {
    let shape = try stored.shape(of: name) ?? []
    let numbers = try stored.numbers(of: name)
    let width = shape.dropFirst().reduce(1, *)
    return (0..<(shape.first ?? 0)).map { Array(numbers[$0 * width..<($0 + 1) * width]) }
  }

  /// A list of names in an attribute.
  private func names(
    _ stored: borrowing Stored,
    _ attribute: String,
    of dataset: String
  ) throws -> [String] {
    let text = try stored.attribute(attribute, of: dataset) ?? ""
    return text.split(separator: ", ").map(String.init)
  }
}
