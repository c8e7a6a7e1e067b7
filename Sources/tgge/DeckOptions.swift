import ArgumentParser
import Communication
import Records

/// The options of all commands that run a deck.
struct DeckOptions: ParsableArguments {
  @Argument(help: "The deck, a YAML file.")
  var deck: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Sets a key of the deck, as in --set baths.drive=0.5; repeatable.",
      valueName: "key=value"
    )
  )
  var overrides: [String] = []

  @Option(
    help: ArgumentHelp(
      "Sets lattice.modes: 100, or [64, 48]; of extrapolate, sizes: 16,24,32.",
      valueName: "L"
    )
  )
  var modes: String?

  @Option(
    help: ArgumentHelp(
      "Writes the results as HDF5 (.h5, .hdf5), of evolve, steady and sweep with λ and n of all modes at each "
        + "output or point; else a table as CSV: evolve and steady write the final λ, other commands "
        + "their rows. initial.file reads λ of both.",
      valueName: "file"
    )
  )
  var out: String?

  @Flag(help: "Writes one JSON object to standard output, and nothing else there.")
  var json = false

  @Flag(help: "Writes no progress and no notes to standard error.")
  var quiet = false

  /// Reads the deck on the first rank and parses it on all.
  ///
  /// Collective.
  ///
  /// - Throws: `DeckError` or `UsageError`, alike on all ranks.
  func load(on communicator: some Communicator) throws -> Deck {
    let bytes = try bytes(on: communicator)
    return try DeckReader(fileName: deck, overrides: changes).read(bytes)
  }

  /// The content of the deck.
  ///
  /// Collective.
  func bytes(on communicator: some Communicator) throws -> [UInt8] {
    try SharedFile.read(deck, limit: 16 << 20, on: communicator)
  }

  /// What the options change in the deck.
  var changes: [DeckOverride] {
    let modes = modes.map { DeckOverride("lattice.modes=\($0)", shownAs: "--modes \($0)") }
    return overrides.map { DeckOverride($0) } + (modes.map { [$0] } ?? [])
  }
}
