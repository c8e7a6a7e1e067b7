import Foundation

/// What starts the ranks: the mpirun of one MPI library.
enum Launcher: String {
  case openMPI = "mpirun.openmpi"
  case mpich = "mpirun.mpich"

  /// The launcher of the library that the program was built with, as TGGE_MPI says.
  static let own: Launcher =
    ProcessInfo.processInfo.environment["TGGE_MPI"] == "mpich" ? .mpich : .openMPI

  /// The launcher of the other library.
  static let foreign: Launcher = own == .openMPI ? .mpich : .openMPI

  /// Where it is; nil if it is not installed.
  var path: String? {
    // Where there is one MPI only, or its module is loaded, its launcher has no suffix.
    let names = self == .own ? [rawValue, "mpirun"] : [rawValue]
    return names.lazy.compactMap(Launcher.find).first
  }

  /// The words before the program that start `ranks` ranks, on any number of cores.
  func words(ranks: Int) -> [String] {
    [path ?? rawValue, "--bind-to", "none", "-np", "\(ranks)"]
  }

  /// The variables with which launch/run starts programs.
  static let environment: [String: String] = {
    // Not those of a launcher that may have started the tests.
    let launched = ["OMPI_", "PMI_", "PMIX_", "PRTE_", "MPI_LOCAL", "HYDRA_", "SLURM_"]
    var variables = ProcessInfo.processInfo.environment.filter { name, _ in
      !launched.contains { name.hasPrefix($0) }
    }
    variables["OMPI_MCA_rmaps_base_oversubscribe"] = "1"
    variables["PRTE_MCA_rmaps_default_mapping_policy"] = ":oversubscribe"
    variables["OMPI_MCA_orte_execute_quiet"] = "1"
    // The ranks of a host need no network, whose search takes 0.2 s of each start.
    variables["OMPI_MCA_pml"] = "ob1"
    // Two runs at a time share the cores, of which each may believe that they are its own.
    variables["OMPI_MCA_mpi_yield_when_idle"] = "1"
    variables["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
    variables["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    variables["TGGE_TERMINAL"] = nil
    return variables
  }()

  /// The full path of a program on the PATH; nil if it is not there.
  static func find(_ program: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(program)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
