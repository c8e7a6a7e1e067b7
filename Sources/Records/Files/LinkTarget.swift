import Foundation

/// Where a file goes that is written under a name which may be a symbolic link.
///
/// A complete file takes the place of what has its name; that must be what the link leads to, not the link.
public enum LinkTarget {
  /// More links than the system follows.
  private static let most = 64

  /// Follows links in the last component of a name.
  ///
  /// Links among the folders before it are left to the system, which does not replace them.
  ///
  /// - Parameter path: A name, which may have no file yet.
  /// - Returns: The name at the end of the links, which may have no file yet; `path` as it is if it is no
  ///   link. Of links that lead in a circle one remains.
  public static func of(_ path: String) -> String {
    var name = path
    for _ in 0..<most {
      guard let next = destination(of: name) else { break }
      name = next.hasPrefix("/") ? next : split(name).folder + next
    }
    guard name != path else { return path }
    // What is before `..` may be a link: only the system knows which folder that is.
    let (folder, last) = split(name)
    guard let real = realpath(folder.isEmpty ? "." : folder, nil) else { return name }
    defer { free(real) }
    let place = String(cString: real)
    return place == "/" ? place + last : place + "/" + last
  }

  /// Whether a name is a symbolic link.
  public static func isLink(_ path: String) -> Bool { destination(of: path) != nil }

  /// What a link holds; `nil` if it is none.
  private static func destination(of name: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: name)
  }

  /// The folder of a name, with its slash, and the last component.
  private static func split(_ name: String) -> (folder: String, last: String) {
    guard let slash = name.lastIndex(of: "/") else { return ("", name) }
    return (String(name[...slash]), String(name[name.index(after: slash)...]))
  }
}
