import Records
import Testing

@Suite("Tables of numbers by column")
struct ColumnTableTests {
  private let table = ColumnTable(
    [.init("drive"), .init("current", unit: "energy"), .init("a,b\"c\n")],
    comment: "two\nlines"
  )

  @Test("The header has the comment, the units and the names, one line each")
  func header() {
    let lines = String(decoding: table.header, as: UTF8.self).split(separator: "\n")
    #expect(
      lines == [
        "# two", "# lines", "# units: drive (1), current (energy), a_b_c_ (1)",
        "drive,current,a_b_c_",
      ]
    )
  }

  @Test("Numbers read back as the same bits, integers look like integers, nothing is empty")
  func rows() throws {
    let row = String(decoding: table.row([100, 0.1 + 0.2, nil]), as: UTF8.self)
    #expect(row == "100,0.30000000000000004,\n")
    let others = String(decoding: table.row([-0.0, 1e300, -7]), as: UTF8.self)
    #expect(others == "-0.0,1e+300,-7\n")
  }
}
