import Records
import Testing

@Suite("Tables of λ")
struct LambdaTableTests {
  private func read(_ text: String, dimension: Int = 1) throws -> LambdaTable {
    try LambdaTable(reading: Array(text.utf8), fileName: "lambda.csv", dimension: dimension)
  }

  @Test("What is written is read back bit for bit", arguments: [1, 2, 3])
  func roundTrip(dimension: Int) throws {
    var generator = SystemRandomNumberGenerator()
    let special: [Double] = [0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1, -1e-7]
    let random = (0..<200).map { _ in Double(bitPattern: generator.next()) }.filter(\.isFinite)
    let values = special + random
    var bytes: [UInt8] = []
    LambdaTable.appendComment("first\nsecond", to: &bytes)
    LambdaTable.appendHeader(dimension: dimension, to: &bytes)
    for (index, value) in values.enumerated() {
      let momentum = (0..<dimension).map { -1 + 2 * Double(index + $0) / 7 }
      LambdaTable.appendRow(momentum: momentum, band: index % 3, lambda: value, to: &bytes)
    }
    let table = try LambdaTable(reading: bytes, fileName: "lambda.csv", dimension: dimension)
    #expect(table.count == values.count)
    #expect(table.lambdas.map(\.bitPattern) == values.map(\.bitPattern))
    #expect(table.bands == values.indices.map { $0 % 3 })
    #expect(table.lines == values.indices.map { $0 + 4 })
    for index in values.indices {
      let momentum = (0..<dimension).map { -1 + 2 * Double(index + $0) / 7 }
      #expect(Array(table.momentum(row: index)) == momentum)
    }
  }

  @Test("The columns are those of the documentation")
  func columns() {
    var bytes: [UInt8] = []
    LambdaTable.appendHeader(dimension: 1, to: &bytes)
    LambdaTable.appendRow(momentum: [-0.6], band: 0, lambda: 1.25, to: &bytes)
    LambdaTable.appendHeader(dimension: 2, to: &bytes)
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == "momentum,band,lambda\n-0.6,0,1.25\nmomentum_1,momentum_2,band,lambda\n"
    )
  }

  @Test("Comments, blanks, carriage returns, a byte-order mark and any order of columns are read")
  func liberal() throws {
    let table = try read(
      "\u{FEFF}# c\r\n\r\n lambda, band ,momentum\r\n 1e-3 , 2.0 ,-1\n#end\n3,0,.5"
    )
    #expect(table.lambdas == [1e-3, 3])
    #expect(table.bands == [2, 0])
    #expect(table.momenta == [-1, 0.5])
    #expect(table.lines == [4, 6])
    #expect(table.error(row: 1, "is off the grid").description == "lambda.csv:6: is off the grid")
    #expect(table.error(row: nil, "is short").description == "lambda.csv: is short")
  }

  @Test(
    "Bad tables are refused with line and column",
    arguments: [
      ("", nil, nil, "is empty"),
      ("# only\n\n", nil, nil, "is empty"),
      ("momentum,band\n", 1, nil, "the column lambda is missing"),
      ("momentum,lambda\n", 1, nil, "the column band is missing"),
      ("momentum,band,lambda,band\n", 1, nil, "the column band is given twice"),
      ("momentum,band,lambda,time\n", 1, nil, "\"time\" is an unknown column"),
      ("momentum_1,momentum_2,band,lambda\n", 1, nil, "allowed are momentum, band, lambda"),
      ("-1,0,0.5\n", 1, nil, "\"-1\" is an unknown column"),
      ("momentum,band,lambda\n-1,0\n", 2, nil, "has 2 fields; allowed are 3"),
      ("momentum,band,lambda\n-1,0,1,4\n", 2, nil, "has 4 fields; allowed are 3"),
      ("momentum,band,lambda\n-1,0,1\n\n-1,0,x\n", 4, "lambda", "\"x\" is not a number"),
      ("momentum,band,lambda\n,0,1\n", 2, "momentum", "\"\" is not a number"),
      ("momentum,band,lambda\n0x1,0,1\n", 2, "momentum", "is not a number"),
      ("momentum,band,lambda\n0,0,nan\n", 2, "lambda", "is not finite"),
      ("momentum,band,lambda\n0,0,-inf\n", 2, "lambda", "is not finite"),
      ("momentum,band,lambda\n0,0,1e999\n", 2, "lambda", "is not finite"),
      ("momentum,band,lambda\n0,0.5,1\n", 2, "band", "0.5 is not a band"),
      ("momentum,band,lambda\n0,-1,1\n", 2, "band", "-1.0 is not a band"),
      ("momentum,band,lambda\n0,1e300,1\n", 2, "band", "1e+300 is not a band"),
      ("momentum,band,lambda\n0,0,\u{7}\u{0}\u{2028}\n", 2, "lambda", "is not a number"),
    ] as [(String, Int?, String?, String)]
  )
  func bad(text: String, line: Int?, column: String?, saying: String) {
    do {
      _ = try LambdaTable(reading: Array(text.utf8), fileName: "lambda.csv", dimension: 1)
      Issue.record("the table was accepted")
    } catch {
      #expect(error.line == line)
      #expect(error.column == column)
      #expect(error.message.contains(saying), "\(error)")
      expectOneLine(error)
    }
  }

  @Test("Bytes that are no text are refused in one line")
  func binary() {
    for byte in UInt8.min...UInt8.max {
      for text in ["", "momentum,band,lambda\n"] {
        do {
          let bytes = Array(text.utf8) + [byte, 0xFF, 0x00, byte]
          _ = try LambdaTable(reading: bytes, fileName: "lambda.csv", dimension: 1)
        } catch {
          expectOneLine(error)
        }
      }
    }
  }
}
