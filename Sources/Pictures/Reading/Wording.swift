import Foundation

/// How pictures name quantities.
enum Wording {
  static let momentum = "momentum k (π)"
  static let lambda = "Lagrange parameter λ"
  static let current = "current I (energy unit/ħ)"
  static let energy = "energy ε (energy unit)"
  static let time = "time t (ħ/energy unit)"
  static let occupation = "occupation n"

  /// A number for people, with a minus sign as printers have it.
  static func number(_ value: Double) -> String {
    String(format: "%g", value).replacing("-", with: "−")
  }

  /// A momentum that is given in units of π.
  static func momentum(_ components: Components) -> String {
    let texts = components.values.map { value in
      switch value {
      case 0: "0"
      case 1: "π"
      case -1: "−π"
      default: number(value) + "π"
      }
    }
    return "k = " + (texts.count == 1 ? texts[0] : "(" + texts.joined(separator: ", ") + ")")
  }

  /// A band, counted from the highest.
  static func band(_ index: Int, of bands: Int) -> String {
    guard bands == 2 else { return "band \(index)" }
    return index == 0 ? "upper band" : "lower band"
  }

  /// A recorded mode.
  static func mode(_ entry: Results.Entry, bands: Int) -> String {
    momentum(entry.momentum) + (bands == 1 ? "" : ", " + band(entry.band, of: bands))
  }

  /// A key of the deck as an axis says it, with symbol and unit where it has them.
  static func axis(ofKey key: String) -> String {
    switch key {
    case "baths.drive": "drive γ_{neq}"
    case "baths.coupling": "coupling ε"
    case "baths.thermal.beta": "inverse temperature β (1/energy unit)"
    case "lattice.modes": "lattice size L (unit cells)"
    case "lattice.zeeman": "field h (energy unit)"
    case "lattice.alpha-y": "spin-orbit coupling α_y (energy unit)"
    case "lattice.alpha-z": "spin-orbit coupling α_z (energy unit)"
    case "lattice.hopping": "hopping J (energy unit)"
    case "initial.filling": "filling"
    default: literal(key)
    }
  }

  /// A foreign text in which nothing is a command to gnuplot's text layout.
  static func literal(_ text: String) -> String {
    text.map { "\\_^{}@&~".contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
