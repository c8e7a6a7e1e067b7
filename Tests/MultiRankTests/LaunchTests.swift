import MPICommunication
import Testing

/// Which environments mean that the processes of a job do not know of each other.
@Suite("Launchers")
struct LaunchTests {
  private func foreign(
    _ values: [String: String],
    to family: LaunchEnvironment.Family
  ) -> ForeignLauncher? {
    LaunchEnvironment(values).foreignLauncher(family: family, library: "Open MPI 4.1.4")
  }

  @Test(
    "No launcher, or one that started a single process",
    arguments: [
      [:],
      ["OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0", "PMIX_RANK": "0"],
      ["PMI_SIZE": "1", "PMI_RANK": "0", "MPI_LOCALNRANKS": "1"],
      ["SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"],
      // A batch script, whose tasks nobody has started yet.
      ["SLURM_NTASKS": "8", "SLURM_NPROCS": "8", "SLURM_PROCID": "0", "SLURM_LOCALID": "0"],
      // One process by mpirun, in a shell that srun started eight of.
      ["OMPI_COMM_WORLD_SIZE": "1", "SLURM_STEP_NUM_TASKS": "8", "SLURM_PROCID": "3"],
      ["PMI_SIZE": "many"],
    ]
  )
  func alone(values: [String: String]) {
    #expect(foreign(values, to: .openMPI) == nil)
    #expect(foreign(values, to: .mpich) == nil)
  }

  @Test(
    "Launchers of several processes",
    arguments: [
      (["OMPI_COMM_WORLD_SIZE": "3", "OMPI_COMM_WORLD_RANK": "1"], "Open MPI's mpirun", false),
      (["PMI_SIZE": "3", "PMI_RANK": "0"], "an mpirun of the MPICH kind", true),
      (["MPI_LOCALNRANKS": "3"], "an mpirun of the MPICH kind", true),
      (["SLURM_STEP_NUM_TASKS": "3", "SLURM_PROCID": "0"], "srun", true),
      // srun --mpi=pmix: the ranks are PMIx's, the size Slurm's.
      (["PMIX_RANK": "0", "SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "0"], "srun", true),
      (["PMIX_RANK": "1"], "a launcher of the PMIx kind", false),
      (["PALS_RANKID": "4"], "the mpiexec of PALS", false),
      (["FLUX_JOB_SIZE": "2", "FLUX_TASK_RANK": "0"], "flux run", true),
      (["JSM_NAMESPACE_SIZE": "2", "JSM_NAMESPACE_RANK": "1"], "jsrun", false),
    ]
  )
  func several(values: [String: String], launcher: String, isFirst: Bool) {
    let found = foreign(values, to: .openMPI)
    #expect(found?.launcher == launcher)
    #expect(found?.isFirst == isFirst)
  }

  @Test("Hydra is foreign to Open MPI before MPI begins, and to no other library")
  func hydra() {
    let values = ["HYDI_CONTROL_FD": "7", "PMI_SIZE": "2", "PMI_RANK": "1"]
    #expect(LaunchEnvironment(values).isForeignToAll(of: .openMPI))
    #expect(!LaunchEnvironment(values).isForeignToAll(of: .mpich))
    // Not where a launcher that Open MPI knows is within.
    for own in ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK"] {
      let nested = values.merging([own: "1"]) { $1 }
      #expect(!LaunchEnvironment(nested).isForeignToAll(of: .openMPI))
    }
    #expect(!LaunchEnvironment(["PMI_SIZE": "2"]).isForeignToAll(of: .openMPI))
  }

  @Test("The launcher of the own library is believed before others")
  func ownFirst() {
    let values = ["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "2", "PMI_SIZE": "1"]
    #expect(foreign(values, to: .mpich) == nil)
    #expect(foreign(values, to: .openMPI)?.launcher == "Open MPI's mpirun")
  }

  @Test(
    "The first process is found without MPI, as the innermost launcher counts",
    arguments: [
      ([:], true), (["OMPI_COMM_WORLD_RANK": "0", "SLURM_PROCID": "3"], true),
      (["OMPI_COMM_WORLD_RANK": "2", "SLURM_PROCID": "0"], false), (["PMI_RANK": "1"], false),
      (["PMIX_RANK": "1", "SLURM_PROCID": "1"], false), (["SLURM_PROCID": "0"], true),
    ]
  )
  func first(values: [String: String], isFirst: Bool) {
    #expect(LaunchEnvironment(values).isFirst == isFirst)
  }

  @Test("The message names the evidence, the library and what to do, in one line")
  func message() {
    let text = foreign(["PMI_SIZE": "3"], to: .openMPI).map { "\($0)" } ?? ""
    for part in ["(PMI_SIZE=3)", "Open MPI 4.1.4", "mpirun.openmpi", "TGGE_MPI=mpich"] {
      #expect(text.contains(part))
    }
    #expect(!text.contains("\n"))
  }
}
