/// Decks for the tests.
enum Sample {
  /// The driven chain of the paper, for a short time.
  static let chain = """
    lattice:
      model: tight-binding
      modes: 100
    baths:
      coupling: 0.05
      drive: 0.5
      thermal: {beta: 2.0}
      nonequilibrium: {kind: raman, delta: [1, 1], delta-prime: [1, 0.5]}
    initial: {filling: 0.5}
    time: {end: 2, relative-tolerance: 1e-8, absolute-tolerance: 1e-8}
    record: {momenta: [-1, 0.5]}

    """

  /// Two orbitals on a square lattice, written out.
  static let custom = """
    lattice:
      model: custom
      modes: [6, 4]
      twist: [0.1, 0.2]
      orbitals: [up, down]
      hoppings:
        - {from: up, to: down, by: [1, 0], amplitude: [0.9, 0.1]}
        - {from: up, to: up, by: [0, 0], amplitude: 0.3}
        - {from: down, to: down, by: [0, 1], amplitude: 0.7}
    baths:
      coupling: 0.05
      drive: 0.5
      thermal: {beta: 2.0}
      nonequilibrium:
        kind: jumps
        operators:
          - rate: 1.5
            terms:
              - {amplitude: [1, 0], create: {orbital: up, cell: [1, 0]}, annihilate: {orbital: down, cell: [0, 0]}}
    time: {end: 2, relative-tolerance: 1e-8, absolute-tolerance: 1e-8}

    """

  /// A chain with two orbitals, under correlated dephasing.
  static let rashba = """
    lattice:
      model: rashba-zeeman
      modes: 12
      alpha-y: 1.1
      alpha-z: 0.9
      zeeman: 1.0
    baths:
      coupling: 0.05
      drive: 0.5
      thermal: {beta: 2.0}
      nonequilibrium: {kind: correlated-dephasing, length: 2, up: 1}
    time: {end: 2, relative-tolerance: 1e-8, absolute-tolerance: 1e-8}

    """

  /// The Rashba-Zeeman chain of launch/inputs/figure5a.yaml, written out.
  static let writtenOut = """
    lattice:
      model: custom
      modes: 100
      orbitals: [up, down]
      hoppings:
        - {from: up, to: up, by: [1], amplitude: [-1, 1.1]}
        - {from: down, to: down, by: [1], amplitude: [-1, -1.1]}
        - {from: up, to: up, by: [0], amplitude: 1}
        - {from: down, to: down, by: [0], amplitude: -1}
        - {from: down, to: up, by: [-1], amplitude: 0.9}
        - {from: down, to: up, by: [1], amplitude: -0.9}
    baths:
      coupling: 0.05
      drive: 0.5
      thermal: {beta: 2.0}
      nonequilibrium:
        kind: jumps
        operators:
          - rate: 1
            terms:
              - {amplitude: 1, create: {orbital: up, cell: [0]}, annihilate: {orbital: up, cell: [0]}}

    """
}
