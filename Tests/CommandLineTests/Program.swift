import Testing

/// All tests that run the built program, one after the other, so that runs do not pile up.
///
/// A suite more is an extension in a file of its own.
@Suite("The program as its users start it", .serialized)
enum Program {}
