import Communication
import Foundation

/// Ranks that are threads of this process, to test what several ranks do together without MPI.
package struct InProcessCommunicator: Communicator, Sendable {
  /// This rank.
  package let rank: Int

  private let board: Board

  /// The number of ranks.
  package var size: Int { board.size }

  /// Runs `body` on threads, one for each rank, and waits for all.
  ///
  /// A rank that has returned or thrown lets the collectives fail that others wait in.
  ///
  /// - Returns: What each rank returned or threw.
  package static func outcomes<Value: Sendable>(
    ranks: Int,
    _ body: @escaping @Sendable (InProcessCommunicator) throws -> Value
  ) -> [Result<Value, any Error>] {
    let board = Board(size: ranks)
    let results = Results<Value>()
    for rank in 0..<ranks {
      let thread = Thread {
        let result = Result { try body(InProcessCommunicator(rank: rank, board: board)) }
        board.leave()
        results.set(rank, result)
      }
      thread.stackSize = 1 << 24
      thread.start()
    }
    return results.wait(count: ranks)
  }

  /// What each rank returned; throws what the first failing rank threw.
  package static func run<Value: Sendable>(
    ranks: Int,
    _ body: @escaping @Sendable (InProcessCommunicator) throws -> Value
  ) throws -> [Value] {
    try outcomes(ranks: ranks, body).map { try $0.get() }
  }

  package func sum<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>
  ) throws(CommunicationError) {
    let all = try exchange(&values)
    switch Element.kind {
    case .double: reduce(all, into: &values, Double.self, +)
    case .signed64: reduce(all, into: &values, Int64.self, +)
    case .unsigned64: reduce(all, into: &values, UInt64.self, &+)
    case .byte: reduce(all, into: &values, UInt8.self, &+)
    }
  }

  package func maximum<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>
  ) throws(CommunicationError) {
    let all = try exchange(&values)
    switch Element.kind {
    case .double: reduce(all, into: &values, Double.self, max)
    case .signed64: reduce(all, into: &values, Int64.self, max)
    case .unsigned64: reduce(all, into: &values, UInt64.self, max)
    case .byte: reduce(all, into: &values, UInt8.self, max)
    }
  }

  package func gather<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>,
    layout: SliceLayout
  ) throws(CommunicationError) {
    let all = try exchange(&values)
    let stride = MemoryLayout<Element>.stride
    values.withUnsafeMutableBytes { bytes in
      for (rank, slice) in layout.slices.enumerated() {
        for byte in slice.lowerBound * stride..<slice.upperBound * stride {
          bytes[byte] = all[rank][byte]
        }
      }
    }
  }

  package func broadcast<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>,
    from root: Int
  ) throws(CommunicationError) {
    let all = try exchange(&values)
    values.withUnsafeMutableBytes { $0.copyBytes(from: all[root]) }
  }

  package func barrier() throws(CommunicationError) {
    _ = try board.exchange(rank, [])
  }

  package func split<Value>(
    color: Int,
    _ body: (InProcessCommunicator) throws -> Value
  ) throws -> Value {
    let colors = try board.exchange(rank, withUnsafeBytes(of: color) { Array($0) })
    let own = colors[rank]
    let members = colors.indices.filter { colors[$0] == own }
    let child = board.child(members, of: rank)
    let place = members.firstIndex(of: rank) ?? 0
    defer { child.leave() }
    return try body(InProcessCommunicator(rank: place, board: child))
  }

  private func exchange<Element: CommunicationElement>(
    _ values: inout MutableSpan<Element>
  ) throws(CommunicationError) -> [[UInt8]] {
    let all = try board.exchange(rank, values.withUnsafeMutableBytes { Array($0) })
    guard all.allSatisfy({ $0.count == all[rank].count }) else {
      throw CommunicationError(call: "exchange", rank: rank, reason: "lengths differ")
    }
    return all
  }

  private func reduce<Element: CommunicationElement, Number: BitwiseCopyable>(
    _ all: [[UInt8]],
    into values: inout MutableSpan<Element>,
    _ type: Number.Type,
    _ combine: (Number, Number) -> Number
  ) {
    values.withUnsafeMutableBytes { bytes in
      for offset in stride(from: 0, to: bytes.count, by: MemoryLayout<Number>.stride) {
        let numbers = all.map { part in
          part.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Number.self) }
        }
        let result = numbers.dropFirst().reduce(numbers[0], combine)
        bytes.storeBytes(of: result, toByteOffset: offset, as: Number.self)
      }
    }
  }
}

/// Where the ranks of a group leave their messages.
private final class Board: @unchecked Sendable {
  let size: Int
  private let condition = NSCondition()
  private var messages: [[UInt8]]
  private var complete: [[UInt8]] = []
  private var arrived = 0
  private var rounds = 0
  private var isShort = false
  private var splits: [Int]
  private var children: [[Int]: Board] = [:]

  init(size: Int) {
    self.size = size
    messages = Array(repeating: [], count: size)
    splits = Array(repeating: 0, count: size)
  }

  /// Leaves a message, waits for those of all, and returns them.
  func exchange(_ rank: Int, _ message: [UInt8]) throws(CommunicationError) -> [[UInt8]] {
    condition.lock()
    defer { condition.unlock() }
    let round = rounds
    messages[rank] = message
    arrived += 1
    if arrived == size {
      (complete, arrived, rounds) = (messages, 0, round + 1)
      condition.broadcast()
    }
    while rounds == round, !isShort { condition.wait() }
    guard rounds > round else {
      throw CommunicationError(call: "exchange", rank: rank, reason: "another rank has left")
    }
    return complete
  }

  /// A rank will not come back: all fail that wait for it, or will.
  func leave() {
    condition.lock()
    isShort = true
    condition.broadcast()
    condition.unlock()
  }

  /// The board of a sub-group, the same for all its members.
  func child(_ members: [Int], of rank: Int) -> Board {
    condition.lock()
    defer { condition.unlock() }
    splits[rank] += 1
    let key = members + [-splits[rank]]
    let board = children[key] ?? Board(size: members.count)
    children[key] = board
    return board
  }
}

/// Collects what threads bring.
private final class Results<Value: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private var results: [Int: Result<Value, any Error>] = [:]

  func set(_ rank: Int, _ result: Result<Value, any Error>) {
    condition.lock()
    results[rank] = result
    condition.signal()
    condition.unlock()
  }

  func wait(count: Int) -> [Result<Value, any Error>] {
    condition.lock()
    defer { condition.unlock() }
    while results.count < count { condition.wait() }
    return (0..<count).compactMap { results[$0] }
  }
}
