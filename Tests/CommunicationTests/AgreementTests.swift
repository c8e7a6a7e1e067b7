import Communication
import TestSupport
import Testing

private struct Failure: Error, Equatable, CustomStringConvertible {
  var description: String
}

@Suite("Agreement")
struct AgreementTests {
  @Test("On one rank agree returns what its body returns")
  func serialResult() throws {
    #expect(try SerialCommunicator().agree { 42 } == 42)
  }

  @Test("On one rank agree throws what its body throws")
  func serialFailure() {
    #expect(throws: Failure(description: "broken")) {
      try SerialCommunicator().agree { throw Failure(description: "broken") }
    }
  }

  @Test("Where no rank fails, each has its own result")
  func results() throws {
    let results = try InProcessCommunicator.run(ranks: 4) { ranks in
      try ranks.agree { 10 * ranks.rank }
    }
    #expect(results == [0, 10, 20, 30])
  }

  @Test("Where one rank fails, all throw its message", arguments: 0..<4)
  func oneFailure(_ failing: Int) {
    let outcomes = InProcessCommunicator.outcomes(ranks: 4) { ranks in
      try ranks.agree {
        if ranks.rank == failing { throw Failure(description: "no memory: ∅") }
      }
    }
    for (rank, outcome) in outcomes.enumerated() {
      let expected = rank == failing ? "no memory: ∅" : "rank \(failing): no memory: ∅"
      #expect(message(outcome) == expected)
    }
  }

  @Test("Where several ranks fail, the others throw the message of the lowest")
  func severalFailures() {
    let outcomes = InProcessCommunicator.outcomes(ranks: 5) { ranks in
      try ranks.agree {
        if [1, 3].contains(ranks.rank) { throw Failure(description: "from \(ranks.rank)") }
      }
    }
    let expected = ["rank 1: from 1", "from 1", "rank 1: from 1", "from 3", "rank 1: from 1"]
    #expect(outcomes.map(message) == expected)
  }

  @Test("An empty message of a failing rank arrives as such")
  func emptyMessage() {
    let outcomes = InProcessCommunicator.outcomes(ranks: 2) { ranks in
      try ranks.agree {
        if ranks.rank == 1 { throw Failure(description: "") }
      }
    }
    #expect(outcomes.map(message) == ["rank 1: ", ""])
  }

  @Test("The sum of one number is over all ranks")
  func sum() throws {
    let sums = try InProcessCommunicator.run(ranks: 3) { try $0.sum(Int64($0.rank + 1)) }
    #expect(sums == [6, 6, 6])
  }

  @Test("The maximum of one number is over all ranks")
  func maximum() throws {
    let maxima = try InProcessCommunicator.run(ranks: 3) { try $0.maximum(-Double($0.rank)) }
    #expect(maxima == [0, 0, 0])
  }

  @Test("Bytes of any length arrive on all ranks", arguments: [0, 1, 1000])
  func broadcast(_ count: Int) throws {
    let sent = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let received = try InProcessCommunicator.run(ranks: 3) { ranks in
      var bytes: [UInt8] = ranks.rank == 1 ? sent : [7]
      try ranks.broadcast(&bytes, from: 1)
      return bytes
    }
    #expect(received == [sent, sent, sent])
  }

  private func message<Value>(_ outcome: Result<Value, any Error>) -> String? {
    if case .failure(let error) = outcome { return "\(error)" }
    return nil
  }
}
