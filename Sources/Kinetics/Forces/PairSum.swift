import VectorMath

/// The sums of the direct engine over a block of sources, for four sinks at a time.
///
///     gain_q += Σ_k W(k→q) n_k        loss_q += Σ_k W(q→k) h_k
///     W(k→q) = Σ_r f_r(k) [γ_r g_r(q)]        W(q→k) = Σ_r g_r(k) [γ_r f_r(q)]
///
/// Both rates are evaluated for each pair: 2R + 2 vector instructions for eight pairs, R for each rate
/// and a multiply-add for each sum. Four sinks share the loads of a source and fill the registers of
/// AVX-512 (R = 2: eight sums, sixteen factors of the sinks, six of the sources). A modulation S(k,q)
/// multiplies both rates where the kernel has one; it is tabulated for a block and four sinks before.
/// `tgge benchmark forces` finds 98 % of the multiply-adds of a core.
enum PairSum {
  /// Sinks that share the loads of a source.
  static let sinks = 4

  /// Modes in a block of sources; f, g, n and h of a block stay in the first-level cache.
  static let block = 512

  /// Adds the contributions of one block of sources to the sums of four sinks.
  ///
  /// - Parameters:
  ///   - kind: What is known of R, so that each rank of kernel has a loop of its own.
  ///   - modulation: Likewise what is known of S(k,q).
  ///   - channels: R.
  ///   - modulations: S of the block and the first sink, 512 doubles, then of the others.
  ///   - sources: f_0, g_0, f_1, g_1 … of the block, 512 doubles each.
  ///   - occupations: n and h of the block, 512 doubles each.
  ///   - factors: For each channel γ_r g_r of the four sinks, then γ_r f_r of the four.
  ///   - sums: The vectors of gain and loss of each sink, gain first.
  @inline(never)
  private static func add<Channels: PairChannels, Modulation: PairModulation>(
    _ kind: Channels.Type,
    _ modulation: Modulation.Type,
    channels: Int,
    modulations: UnsafePointer<Double>,
    sources: UnsafePointer<Double>,
    occupations: UnsafePointer<Double>,
    factors: UnsafePointer<Double>,
    sums: UnsafeMutablePointer<Double>
  ) {
    var gain0 = sums.vector(at: 0)
    var loss0 = sums.vector(at: 8)
    var gain1 = sums.vector(at: 16)
    var loss1 = sums.vector(at: 24)
    var gain2 = sums.vector(at: 32)
    var loss2 = sums.vector(at: 40)
    var gain3 = sums.vector(at: 48)
    var loss3 = sums.vector(at: 56)

    let channels = Channels.count(channels)
    var k = 0
    while k < block {
      // W(k→q) and W(q→k)
      let f = sources.vector(at: k)
      let g = sources.vector(at: block + k)
      var in0 = f * factors[0]
      var in1 = f * factors[1]
      var in2 = f * factors[2]
      var in3 = f * factors[3]
      var out0 = g * factors[4]
      var out1 = g * factors[5]
      var out2 = g * factors[6]
      var out3 = g * factors[7]
      var r = 1
      while r < channels {
        let f = sources.vector(at: 2 &* r &* block &+ k)
        let g = sources.vector(at: (2 &* r &+ 1) &* block &+ k)
        let sink = factors + 8 &* r
        in0 = multiplyAdd(f, Vector(repeating: sink[0]), in0)
        in1 = multiplyAdd(f, Vector(repeating: sink[1]), in1)
        in2 = multiplyAdd(f, Vector(repeating: sink[2]), in2)
        in3 = multiplyAdd(f, Vector(repeating: sink[3]), in3)
        out0 = multiplyAdd(g, Vector(repeating: sink[4]), out0)
        out1 = multiplyAdd(g, Vector(repeating: sink[5]), out1)
        out2 = multiplyAdd(g, Vector(repeating: sink[6]), out2)
        out3 = multiplyAdd(g, Vector(repeating: sink[7]), out3)
        r &+= 1
      }
      if !Modulation.isTrivial {
        let (s0, s1) = (modulations.vector(at: k), modulations.vector(at: block &+ k))
        let s2 = modulations.vector(at: 2 * block &+ k)
        let s3 = modulations.vector(at: 3 * block &+ k)
        (in0, in1, in2, in3) = (in0 * s0, in1 * s1, in2 * s2, in3 * s3)
        (out0, out1, out2, out3) = (out0 * s0, out1 * s1, out2 * s2, out3 * s3)
      }
      // The two sums
      let n = occupations.vector(at: k)
      let h = occupations.vector(at: block + k)
      gain0 = multiplyAdd(in0, n, gain0)
      gain1 = multiplyAdd(in1, n, gain1)
      gain2 = multiplyAdd(in2, n, gain2)
      gain3 = multiplyAdd(in3, n, gain3)
      loss0 = multiplyAdd(out0, h, loss0)
      loss1 = multiplyAdd(out1, h, loss1)
      loss2 = multiplyAdd(out2, h, loss2)
      loss3 = multiplyAdd(out3, h, loss3)
      k &+= Vector.scalarCount
    }

    sums.store(gain0, at: 0)
    sums.store(loss0, at: 8)
    sums.store(gain1, at: 16)
    sums.store(loss1, at: 24)
    sums.store(gain2, at: 32)
    sums.store(loss2, at: 40)
    sums.store(gain3, at: 48)
    sums.store(loss3, at: 56)
  }

  /// Adds all pairs of a part of the kernel with the sinks of the first groups.
  ///
  /// Generic over modulation and channels alone: within the generic engine the compiler would not give each
  /// of them loops of its own, but call S through a witness.
  ///
  /// - Parameters:
  ///   - part: The part.
  ///   - tables: The tables of the kernel.
  ///   - groups: The number of groups of four sinks.
  ///   - sums: The vectors of gain and loss of each sink.
  ///   - modulation: S for a block of sources and a group of sinks, whose tables are given.
  static func addPart<Modulation: PairModulation>(
    _ part: PairTables.Part,
    _ tables: borrowing PairTables,
    groups: Int,
    sums: UnsafeMutablePointer<Double>,
    _ modulation: (UnsafePointer<Double>, UnsafePointer<Double>) -> Modulation
  ) {
    switch part.channels {
    case 1: addBlocks(OneChannel.self, part, tables, groups: groups, sums: sums, modulation)
    case 2: addBlocks(TwoChannels.self, part, tables, groups: groups, sums: sums, modulation)
    default: addBlocks(AnyChannels.self, part, tables, groups: groups, sums: sums, modulation)
    }
  }

  @inline(never)
  private static func addBlocks<Channels: PairChannels, Modulation: PairModulation>(
    _: Channels.Type,
    _ part: PairTables.Part,
    _ tables: borrowing PairTables,
    groups: Int,
    sums: UnsafeMutablePointer<Double>,
    _ modulation: (UnsafePointer<Double>, UnsafePointer<Double>) -> Modulation
  ) {
    let modulations = tables.modulations.pointer
    for index in 0..<tables.blocks {
      let start = tables.sources.pointer + index &* tables.blockStride
      let sources = UnsafePointer(start + part.source &* block)
      let occupations = UnsafePointer(tables.occupations(of: index))
      var group = 0
      while group < groups {
        let sinks = UnsafePointer(tables.sinks.pointer + (group &* tables.groupStride &+ part.sink))
        if !Modulation.isTrivial {
          let modulation = modulation(sources, sinks)
          var sink = 0
          while sink < PairSum.sinks {
            modulation.tabulate(sink: sink, into: modulations + sink &* block)
            sink &+= 1
          }
        }
        add(
          Channels.self,
          Modulation.self,
          channels: part.channels,
          modulations: modulations,
          sources: sources,
          occupations: occupations,
          factors: sinks,
          sums: sums + group &* sumStride
        )
        group &+= 1
      }
    }
  }

  /// Doubles of the sums of four sinks.
  static var sumStride: Int { sinks * 2 * Vector.scalarCount }
}

/// R of a part of the kernel, a constant where loops of their own pay.
private protocol PairChannels {
  static func count(_ channels: Int) -> Int
}

private enum OneChannel: PairChannels {
  @inline(__always) static func count(_: Int) -> Int { 1 }
}

private enum TwoChannels: PairChannels {
  @inline(__always) static func count(_: Int) -> Int { 2 }
}

private enum AnyChannels: PairChannels {
  @inline(__always) static func count(_ channels: Int) -> Int { channels }
}
