import Testing

/// Tests that run the built program, one after the other, so that runs do not pile up.
///
/// A suite more is an extension in a file of its own. Runs mostly wait for their launchers and their disks, so that
/// there are three such queues, of about the same length.
@Suite("The program as its users start it", .serialized)
enum Program {}

/// Those of them that are about what the program finds and leaves on disk.
@Suite("The program and its disk", .serialized)
enum ProgramOnDisk {}

/// Those of them that are about runs which are stopped and go on.
@Suite("The program that goes on", .serialized)
enum ProgramGoingOn {}
