import Pictures
import Testing

@Suite("Pictures")
struct PictureTests {
  @Test("Up to three panels stand side by side, more in as many rows as columns")
  func layout() {
    let panel = Panel(.lambda, horizontal: Axis("x"), vertical: Axis("y"), curves: [])
    let layouts = (1...5).map { count in
      let picture = Picture(panels: Array(repeating: panel, count: count))
      return [picture.columns, picture.rows]
    }
    #expect(layouts == [[1, 1], [2, 1], [3, 1], [2, 2], [3, 2]])
  }
}
