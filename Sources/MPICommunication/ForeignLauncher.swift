/// A launcher started several processes, but to the MPI library of this binary each is alone.
///
/// It happens with the mpirun of another library, or with an srun that does not speak the library's
/// protocol. Every process finds it out by itself, before any work.
public struct ForeignLauncher: Error, Sendable, CustomStringConvertible {
  /// What started the processes.
  public let launcher: String

  /// The environment variable that tells, with its value.
  public let evidence: String

  /// The MPI library that this binary was built with.
  public let library: String

  /// Whether this is the first process: the one that should speak for all.
  public let isFirst: Bool

  /// One line for the user.
  public var description: String {
    """
    \(launcher) started several processes (\(evidence)), but this binary was built with \(library), \
    to which each of them is alone: \(remedy)
    """
  }

  private var remedy: String {
    switch (launcher, library.hasPrefix("Open MPI")) {
    case ("srun", true): "use srun --mpi=pmix, or mpirun.openmpi"
    case ("srun", false): "use srun --mpi=pmi2, or mpirun.mpich"
    case (_, true): "use mpirun.openmpi or that library's own, or build with TGGE_MPI=mpich"
    case (_, false): "use mpirun.mpich or that library's own, or build with TGGE_MPI=ompi-c"
    }
  }
}
