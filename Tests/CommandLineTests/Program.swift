import Testing

/// Tests that run the built program, one after the other, so that runs do not pile up.
///
/// A suite more is an extension in a file of its own.
@Suite("The program as its users start it", .serialized)
enum Program {}

/// Those of them that are about what the program keeps on disk: they mostly wait, and are a queue of their own, so that
/// there are two runs at a time.
@Suite("The program and its disk", .serialized)
enum ProgramOnDisk {}
