import CLAPACK
import Lattice

/// The singular values and vectors of T.
extension PairCorrelations {
  /// Functions of sinks and of sources that T joins with each other, and with no others.
  struct Block {
    var sinks: [Int] = []
    var sources: [Int] = []
  }

  /// A singular value of T, and what its vectors make of the functions.
  struct SingularTerm {
    let value: Double
    let sink: [Int: Double]
    let source: [Int: Double]
  }

  /// T without its zeros: where a function has no part in a rate, singular vectors of all of T would have roundings
  /// instead, which are no rates, and may be negative.
  func blocks(of functions: [Int]) -> [Block] {
    var blocks: [Block] = []
    var sinks = functions
    var sources = functions
    while !sinks.isEmpty {
      var block = Block(sinks: [sinks.removeFirst()])
      var count = 0
      while block.sinks.count + block.sources.count > count {
        count = block.sinks.count + block.sources.count
        let joined = sources.filter { source in block.sinks.contains { joins($0, source) } }
        sources.removeAll(where: joined.contains)
        block.sources += joined
        let others = sinks.filter { sink in block.sources.contains { joins(sink, $0) } }
        sinks.removeAll(where: others.contains)
        block.sinks += others
      }
      if !block.sources.isEmpty { blocks.append(block) }
    }
    return blocks
  }

  private func joins(_ sink: Int, _ source: Int) -> Bool {
    elements[[sink, source], default: 0] != 0
  }

  func terms(of block: Block) throws(ModelError) -> [SingularTerm] {
    let (rows, columns) = (block.sinks.count, block.sources.count)
    let size = min(rows, columns)
    var matrix = block.sinks.flatMap { sink in
      block.sources.map { elements[[sink, $0], default: 0] }
    }
    var values = [Double](repeating: 0, count: size)
    var left = [Double](repeating: 0, count: rows * size)
    var right = [Double](repeating: 0, count: size * columns)
    let (height, width) = (Int32(rows), Int32(columns))
    let info = tgge_lapack_singular(height, width, &matrix, &values, &left, &right)
    guard info == 0 else { throw ModelError("LAPACK's dgesdd failed with info = \(info)") }
    return (0..<size).map { r in
      SingularTerm(
        value: values[r],
        sink: Dictionary(
          uniqueKeysWithValues: block.sinks.enumerated().map { ($1, left[$0 * size + r]) }
        ),
        source: Dictionary(
          uniqueKeysWithValues: block.sources.enumerated().map { ($1, right[r * columns + $0]) }
        )
      )
    }
  }
}
