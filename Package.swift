// swift-tools-version: 6.2
import PackageDescription

// MARK: - Choices of the environment

/// The pkg-config name of the MPI library: `ompi-c` for Open MPI, `mpich` for MPICH; `smpi` is for
/// benchmarks/simulate alone.
let mpi = Context.environment["TGGE_MPI"] ?? "ompi-c"

/// The pkg-config name of the HDF5 that was built with that MPI; Debian's, unless TGGE_HDF5 names another.
let hdf5 =
  Context.environment["TGGE_HDF5"] ?? (mpi == "mpich" ? "hdf5-mpich" : "hdf5-openmpi")

/// `TGGE_STRICT=1`, set by the test scripts, turns warnings of this package into errors.
let strict: [SwiftSetting] =
  Context.environment["TGGE_STRICT"] == "1" ? [.treatAllWarnings(as: .error)] : []

/// `TGGE_TESTS=multi-rank`, set by `launch/test --multi-rank`, leaves out the tests that need one rank.
let onlyMultiRank = Context.environment["TGGE_TESTS"] == "multi-rank"

// MARK: - Dependencies

let numerics = Target.Dependency.product(name: "Numerics", package: "swift-numerics")
let arguments = Target.Dependency.product(
  name: "ArgumentParser",
  package: "swift-argument-parser"
)
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

// MARK: - Targets, each importing only those named in its line

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "tgge",
  products: [.executable(name: "tgge", targets: ["tgge"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Processor and vectors
    .target(name: "CProcessor"),
    .target(name: "CSignals"),
    module("VectorMath", ["CProcessor"]),

    // Ranks
    module("Communication", ["VectorMath"]),
    .systemLibrary(name: "CMPI", pkgConfig: mpi),
    module("MPICommunication", ["Communication", "CMPI", "CProcessor"]),

    // Physics
    .systemLibrary(name: "CLAPACK", pkgConfig: Context.environment["TGGE_LAPACK"] ?? "lapacke"),
    module("Lattice", ["VectorMath", "CLAPACK", numerics]),
    module("Dissipation", ["Lattice", "VectorMath", "CLAPACK", numerics]),
    module(
      "Kinetics",
      ["Dissipation", "Lattice", "Communication", "VectorMath", "CLAPACK", numerics]
    ),
    module("Studies", ["Kinetics", "Dissipation", "Lattice", "Communication", numerics]),

    // Files and the command line
    .systemLibrary(name: "CHDF5", pkgConfig: hdf5),
    .target(name: "CFiles"),
    module("Records", ["Communication", "CFiles", "CHDF5", yams]),
    module("Pictures", ["Records", "Communication"]),
    .executableTarget(
      name: "tgge",
      dependencies: [
        "Studies", "Kinetics", "Dissipation", "Lattice", "Communication", "MPICommunication",
        "Records", "Pictures", "VectorMath", "CProcessor", "CSignals", arguments,
      ],
      swiftSettings: strict
    ),

    // Tests mirror the sources
    .target(name: "CAllocationCount", path: "Tests/CAllocationCount"),
    .target(
      name: "TestSupport",
      dependencies: ["Communication"],
      path: "Tests/TestSupport",
      swiftSettings: strict
    ),
    tests("VectorMathTests", ["VectorMath", "TestSupport"]),
    tests("CommunicationTests", ["Communication", "VectorMath", "TestSupport"]),
    tests("LatticeTests", ["Lattice", "VectorMath", "TestSupport", numerics]),
    tests("DissipationTests", ["Dissipation", "Lattice", "VectorMath", "TestSupport", numerics]),
    tests(
      "KineticsTests",
      [
        "Kinetics", "Dissipation", "Lattice", "Communication", "VectorMath", "TestSupport",
        numerics,
      ]
    ),
    tests(
      "StudiesTests",
      [
        "Studies", "Kinetics", "Dissipation", "Lattice", "Communication", "VectorMath",
        "TestSupport", numerics,
      ]
    ),
    tests("RecordsTests", ["Records", "Communication", "TestSupport"]),
    tests("PicturesTests", ["Pictures"]),
    tests("CommandLineTests", ["Records"]),
    tests(
      "MultiRankTests",
      [
        "MPICommunication", "Communication", "Kinetics", "Dissipation", "Lattice", "Studies",
        "Records", "VectorMath", "CAllocationCount",
      ]
    ),
  ],
  swiftLanguageModes: [.v6]
)

if onlyMultiRank { package.targets.removeAll { $0.type == .test && $0.name != "MultiRankTests" } }

// MARK: - The program that SimGrid starts on simulated ranks, see benchmarks/simulate

if mpi == "smpi" {
  package.products.append(.library(name: "simulation", type: .dynamic, targets: ["Simulation"]))
  package.targets.append(
    .target(
      name: "Simulation",
      dependencies: [
        "Studies", "Kinetics", "Dissipation", "Lattice", "Communication", "MPICommunication",
        "CMPI", "CProcessor", "VectorMath",
      ],
      path: "benchmarks/simulate/Simulation",
      swiftSettings: strict
    )
  )
}
