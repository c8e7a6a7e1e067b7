import ArgumentParser

/// The option of commands whose direct engines may share tables.
struct SharedMemoryOptions: ParsableArguments {
  @Flag(
    name: .customLong("shared-memory"),
    help: ArgumentHelp(
      "Direct forces keep λ and the tables of all modes once for the ranks of each host, in its /dev/shm, "
        + "instead of once for each rank; with the same bits."
    )
  )
  var isWanted = false
}
