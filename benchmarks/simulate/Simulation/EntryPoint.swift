import CMPI
import CProcessor
import Communication
import Foundation
import MPICommunication

/// Where smpirun starts every simulated rank.
///
/// All ranks are contexts of one process, so that nothing here or below may be a mutable global.
@_cdecl("main")
public func main(
  _ count: Int32,
  _ words: UnsafePointer<UnsafePointer<CChar>?>
) -> Int32 {
  tgge_processor_keep_freed_memory()  // as tgge does
  let arguments = (1..<max(1, Int(count))).compactMap { words[$0].map { String(cString: $0) } }
  return MPISession.run(threads: .single) { world in
    guard let simulation = Simulation(arguments) else {
      if world.rank == 0 { complain(Simulation.usage) }
      return MPISession.usageStatus
    }
    // Simulated ranks outnumber real cores, but there is nobody to offer one to.
    let communicator = world.limited(yieldsWhileWaiting: false)
    let seconds = try simulation.seconds(over: communicator)
    if communicator.rank == 0 { print(simulation.row(seconds: seconds, ranks: communicator.size)) }
    return 0
  }
}

private func complain(_ message: String) {
  FileHandle.standardError.write(Data((message + "\n").utf8))
}
