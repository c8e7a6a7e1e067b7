extension Deck {
  /// The deck with all its defaults.
  public var resolved: ResolvedDeck {
    ResolvedDeck([
      ("lattice", lattice.resolved),
      ("baths", baths.resolved(orbitals: lattice.orbitals)),
      ("initial", initial.resolved),
      (
        "time",
        .mapping([
          ("method", .plain(time.method)),
          ("end", time.endsSteady ? .plain("steady") : .number(time.end)),
          ("relative-tolerance", .number(time.relativeTolerance)),
          ("absolute-tolerance", .number(time.absoluteTolerance)),
          ("outputs", .integer(time.outputs)),
        ])
      ),
      ("record", .mapping([("momenta", record.resolved)])),
      (
        "forces",
        .mapping(forces.compression.map { [("compression", .number($0))] } ?? [])
      ),
    ])
  }
}

extension Deck.Lattice {
  fileprivate var resolved: ResolvedValue {
    var entries: [(key: String, value: ResolvedValue)] = []
    let name: String
    switch model {
    case .tightBinding:
      name = "tight-binding"
    case .rashbaZeeman(let alphaY, let alphaZ, let zeeman):
      name = "rashba-zeeman"
      entries = [
        ("alpha-y", .number(alphaY)), ("alpha-z", .number(alphaZ)), ("zeeman", .number(zeeman)),
      ]
    case .custom(let orbitals, let hoppings):
      name = "custom"
      entries = [
        ("orbitals", .list(orbitals.map { .quoted($0) })),
        ("hoppings", .list(hoppings.map { $0.resolved(orbitals) })),
      ]
    }
    let common: [(key: String, value: ResolvedValue)] = [
      ("model", .plain(name)), ("modes", .integers(modes)), ("hopping", .number(hopping)),
      ("twist", .numbers(twist)),
    ]
    return .mapping(common + entries)
  }
}

extension Deck.Hopping {
  fileprivate func resolved(_ orbitals: [String]) -> ResolvedValue {
    .mapping([
      ("from", .quoted(orbitals[from])), ("to", .quoted(orbitals[to])), ("by", .integers(by)),
      ("amplitude", .complex(amplitude)),
    ])
  }
}

extension Deck.Baths {
  fileprivate func resolved(orbitals: [String]) -> ResolvedValue {
    var entries: [(key: String, value: ResolvedValue)] = [
      ("coupling", .number(coupling)),
      ("drive", .number(drive)),
      (
        "thermal",
        .mapping([
          ("beta", .number(thermal.beta)), ("spectrum", .plain(thermal.spectrum.rawValue)),
        ])
      ),
    ]
    if !nonequilibrium.isEmpty {
      let baths = nonequilibrium.map { bath in
        ResolvedValue.mapping(bath.bath.resolved(orbitals) + [("weight", .number(bath.weight))])
      }
      entries.append(("nonequilibrium", .list(baths)))
    }
    return .mapping(entries)
  }
}

extension Deck.Bath {
  fileprivate func resolved(_ orbitals: [String]) -> [(key: String, value: ResolvedValue)] {
    func rates(_ values: [Double]) -> [(key: String, value: ResolvedValue)] {
      zip(orbitals, values).map { ($0, .number($1)) }
    }
    switch self {
    case .raman(let delta, let deltaPrime):
      return [
        ("kind", .plain("raman")), ("delta", .complex(delta)),
        ("delta-prime", .complex(deltaPrime)),
      ]
    case .dephasing(let values):
      return [("kind", .plain("dephasing"))] + rates(values)
    case .correlatedDephasing(let length, let values):
      let kind = ResolvedValue.plain("correlated-dephasing")
      return [("kind", kind), ("length", .number(length))] + rates(values)
    case .jumps(let operators):
      return [
        ("kind", .plain("jumps")), ("operators", .list(operators.map { $0.resolved(orbitals) })),
      ]
    }
  }
}

extension Deck.JumpOperator {
  fileprivate func resolved(_ orbitals: [String]) -> ResolvedValue {
    func resolved(_ place: Place) -> ResolvedValue {
      .mapping([("orbital", .quoted(orbitals[place.orbital])), ("cell", .integers(place.cell))])
    }
    let terms = terms.map { term in
      ResolvedValue.mapping([
        ("amplitude", .complex(term.amplitude)), ("create", resolved(term.create)),
        ("annihilate", resolved(term.annihilate)),
      ])
    }
    return .mapping([("rate", .number(rate)), ("terms", .list(terms))])
  }
}

extension Deck.Initial {
  fileprivate var resolved: ResolvedValue {
    switch self {
    case .filling(let filling):
      .mapping([("filling", .number(filling))])
    case .thermal(let beta, let filling):
      .mapping([
        ("thermal", .mapping([("beta", .number(beta)), ("filling", .number(filling))]))
      ])
    case .file(let path, .time(let time)):
      .mapping([("file", .quoted(path)), ("time", .number(time))])
    case .file(let path, .point(let point)):
      .mapping([("file", .quoted(path)), ("point", .integer(point))])
    case .file(let path, nil):
      .mapping([("file", .quoted(path))])
    }
  }
}

extension Deck.Record {
  fileprivate var resolved: ResolvedValue {
    .list(momenta.map { $0.count == 1 ? .number($0[0]) : .numbers($0) })
  }
}
