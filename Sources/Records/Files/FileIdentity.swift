import Foundation

/// Which file it is, whatever its name.
///
/// Who writes a file that is to get its name later looks whether the present name is still that file's: another run may
/// have begun one there.
public struct FileIdentity: Equatable, Sendable {
  /// What is said where it is another one.
  public static let takenOver = "another run has begun to write it in place of this one"

  private let device: dev_t
  private let number: ino_t

  /// The file that has a name; `nil` if there is none.
  public init?(at path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// The file that is open.
  public init?(of descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    device = status.st_dev
    number = status.st_ino
  }
}
