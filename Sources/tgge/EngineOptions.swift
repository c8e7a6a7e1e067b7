import ArgumentParser
import Studies

/// The options of commands that compute forces.
struct EngineOptions: ParsableArguments {
  @Option(help: "Computes the forces from moments or as the sum over all pairs.")
  var forces: ForceChoice = .auto

  @Flag(
    help:
      "Compares both engines, before an evolution and at steady states; the pair sum must be affordable."
  )
  var verifyForces = false
}

extension ForceChoice: ExpressibleByArgument {}
