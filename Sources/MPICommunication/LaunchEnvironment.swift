#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What the variables that launchers set say about this process.
package struct LaunchEnvironment {
  /// A variable and its value.
  private struct Entry {
    let variable: String
    let value: Int
  }

  /// The libraries whose own launcher can be told from others.
  package enum Family: Int32 {
    case other = 0
    case openMPI = 1
    case mpich = 2
  }

  /// The variables of one kind of launcher: the first that is set counts.
  private struct Launcher {
    let name: String
    let family: Family
    let sizes: [String]
    let ranks: [String]
  }

  /// From the innermost to the outermost, in the usual nesting: mpirun inside of srun.
  private static let launchers: [Launcher] = [
    Launcher(
      name: "Open MPI's mpirun",
      family: .openMPI,
      sizes: ["OMPI_COMM_WORLD_SIZE"],
      ranks: ["OMPI_COMM_WORLD_RANK"]
    ),
    Launcher(
      name: "MVAPICH's mpirun",
      family: .mpich,
      sizes: ["MV2_COMM_WORLD_SIZE", "MPIRUN_NTASKS"],
      ranks: ["MV2_COMM_WORLD_RANK", "MPIRUN_RANK"]
    ),
    // Also set by the mpiexec of Intel MPI, by Flux and PALS, and by srun --mpi=pmi2.
    Launcher(
      name: "an mpirun of the MPICH kind",
      family: .mpich,
      sizes: ["PMI_SIZE", "MPI_LOCALNRANKS"],
      ranks: ["PMI_RANK"]
    ),
    Launcher(
      name: "the mpiexec of PALS",
      family: .other,
      sizes: ["PALS_SIZE", "PALS_LOCAL_SIZE"],
      ranks: ["PALS_RANKID"]
    ),
    Launcher(
      name: "flux run",
      family: .other,
      sizes: ["FLUX_JOB_SIZE"],
      ranks: ["FLUX_TASK_RANK"]
    ),
    Launcher(
      name: "jsrun",
      family: .other,
      sizes: ["JSM_NAMESPACE_SIZE"],
      ranks: ["JSM_NAMESPACE_RANK"]
    ),
    Launcher(name: "a launcher of the PMIx kind", family: .other, sizes: [], ranks: ["PMIX_RANK"]),
    // Not SLURM_NTASKS, which is set in a batch script too, where nothing has been launched.
    Launcher(
      name: "srun",
      family: .other,
      sizes: ["SLURM_STEP_NUM_TASKS"],
      ranks: ["SLURM_PROCID"]
    ),
  ]

  /// What Hydra, the mpirun of MPICH, sets and no other launcher.
  private static let hydra = "HYDI_CONTROL_FD"

  /// The variables that are set.
  private let values: [String: String]

  /// Takes the given variables.
  package init(_ values: [String: String]) {
    self.values = values
  }

  /// Copies the variables of this process; to be done before MPI is initialised, which sets some.
  init() {
    var values: [String: String] = [:]
    for name in [Self.hydra] + Self.launchers.flatMap({ $0.sizes + $0.ranks }) {
      if let value = getenv(name) { values[name] = String(cString: value) }
    }
    self.init(values)
  }

  /// Whether this is the first of the processes that the innermost launcher started, or the only one.
  package var isFirst: Bool {
    for launcher in Self.launchers {
      if let rank = first(of: launcher.ranks) { return rank.value == 0 }
    }
    return true
  }

  /// The launcher that started several processes, although MPI made this one a group of its own.
  ///
  /// To be asked where MPI reports one rank. A launcher that says it started one process is believed,
  /// that of the own library before all others.
  ///
  /// - Parameters:
  ///   - family: The library that this binary was built with.
  ///   - library: Its name and version.
  /// - Returns: `nil` if a single process is what was asked for.
  package func foreignLauncher(family: Family, library: String) -> ForeignLauncher? {
    let own = Self.launchers.filter { $0.family == family }
    for launcher in own + Self.launchers.filter({ $0.family != family }) {
      let rank = first(of: launcher.ranks)
      if let size = first(of: launcher.sizes) {
        guard size.value > 1 || rank.map({ $0.value > 0 }) == true else { return nil }
      }
      guard let evidence = evidence(size: first(of: launcher.sizes), rank: rank) else { continue }
      return ForeignLauncher(
        launcher: launcher.name,
        evidence: "\(evidence.variable)=\(evidence.value)",
        library: library,
        isFirst: rank.map { $0.value == 0 } ?? true
      )
    }
    return nil
  }

  /// Whether the launcher is foreign for certain, before MPI is asked.
  ///
  /// Processes of Open MPI that begin at the same time, each of them alone, share the files of their sessions and get
  /// into each other's way: one in fifty ends with a message of its own. Those that Hydra has started need not begin.
  ///
  /// - Parameter family: The library that this binary was built with.
  /// - Returns: Whether MPI need not be asked.
  package func isForeignToAll(of family: Family) -> Bool {
    family == .openMPI && values[Self.hydra] != nil
      && values["OMPI_COMM_WORLD_SIZE"] == nil && values["PMIX_RANK"] == nil
  }

  /// The entry that shows that there is more than one process.
  private func evidence(size: Entry?, rank: Entry?) -> Entry? {
    if let size, size.value > 1 { return size }
    if let rank, rank.value > 0 { return rank }
    return nil
  }

  private func first(of variables: [String]) -> Entry? {
    for variable in variables {
      if let text = values[variable], let number = Int(text) {
        return Entry(variable: variable, value: number)
      }
    }
    return nil
  }
}
