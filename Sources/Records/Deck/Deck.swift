/// What a YAML deck asks for, checked as far as the deck alone can tell.
///
/// Units: ħ = a = 1; hopping, alpha, zeeman and amplitudes are energies in one unit, β and times
/// are in its inverse. Only `lattice` and `baths` are required in a deck.
public struct Deck: Sendable {
  /// The lattice and its Hamiltonian.
  public let lattice: Lattice

  /// The baths and the strength with which they drive the lattice.
  public let baths: Baths

  /// The state at time 0; a uniform one at half filling if the deck leaves it out.
  public let initial: Initial

  /// The time span, the tolerances and the number of outputs.
  public let time: Time

  /// What is recorded at every output.
  public let record: Record

  /// How the forces are computed.
  public let forces: Forces

  /// Where each key came from.
  public let source: DeckSource

  /// An error for a key, with its line, for what only later stages can find out.
  ///
  /// - Parameters:
  ///   - key: A path such as `record.momenta[2]`; the first entry of a list is `[0]`.
  ///   - message: What is wrong and what is allowed, without the key.
  /// - Returns: The error, to be thrown.
  public func error(at key: String, _ message: String) -> DeckError {
    source.error(at: key, message)
  }

  init(_ root: DeckSection) throws(DeckError) {
    try root.allow(["lattice", "baths", "initial", "time", "record", "forces"])
    let wanted = "a mapping of keys"
    lattice = try Lattice(root.required("lattice", "a mapping with model, modes").section(wanted))
    baths = try Baths(
      root.required("baths", "a mapping with coupling, thermal").section(wanted),
      on: lattice
    )
    initial = try Initial(root.section("initial", "a mapping with filling, thermal or file"))
    time = try Time(root.section("time", wanted))
    record = try Record(root.section("record", wanted), on: lattice)
    forces = try Forces(root.section("forces", wanted))
    source = root.source
  }
}
