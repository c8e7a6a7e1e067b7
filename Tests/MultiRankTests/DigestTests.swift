import Communication
import Dissipation
import Kinetics
import Lattice
import Studies
import Testing

/// Models of one, two and three dimensions, small enough to be evolved on each rank alone, too.
enum DigestCase: String, CaseIterable, Sendable {
  case four, hundred, hundredAndOne, thousand, rashba, square, cube, ohmic, correlated

  var extents: [Int] {
    switch self {
    case .four: [4]
    case .hundred: [100]
    case .hundredAndOne: [101]
    case .thousand: [1000]
    case .rashba: [33]
    case .square: [5, 4]
    case .cube: [3, 2, 2]
    case .ohmic: [100]
    case .correlated: [30]
    }
  }

  var model: OpenLattice {
    get throws {
      let raman = JumpBath(operators: [
        .raman(delta: .init(1, 1), deltaPrime: .init(1, 0.5))
      ])
      let thermal = ThermalBath(inverseTemperature: 2)
      switch self {
      case .four, .hundred, .hundredAndOne, .thousand:
        return try model(.tightBinding(hopping: 1), thermal, raman)
      case .rashba:
        return try model(
          .rashbaZeeman(hopping: 1, alphaY: 1.1, alphaZ: 0.9, zeeman: 1),
          thermal,
          JumpBath.dephasing(rates: [1, 0])
        )
      case .square, .cube:
        let dimension = extents.count
        let step = (0..<dimension).map { $0 == 0 ? 1 : 0 }
        let here = JumpOperator.Site(orbital: 0, cell: step.map { _ in 0 })
        let next = JumpOperator.Site(orbital: 0, cell: step)
        // No product: three channels.
        let hop = JumpOperator(terms: [
          .init(amplitude: .init(1, 0.3), create: next, annihilate: here),
          .init(amplitude: .init(0.4, -0.2), create: here, annihilate: next),
        ])
        return try model(
          .tightBinding(hopping: 1, dimension: dimension),
          thermal,
          JumpBath(operators: [hop])
        )
      case .ohmic:
        return try model(
          .tightBinding(hopping: 1),
          ThermalBath(inverseTemperature: 2, spectrum: .ohmic),
          raman
        )
      case .correlated:
        return try model(
          .tightBinding(hopping: 1),
          thermal,
          CorrelatedDephasing(length: 2, rates: [1])
        )
      }
    }
  }

  private func model(
    _ hamiltonian: BlochHamiltonian,
    _ thermal: ThermalBath,
    _ other: any Dissipator
  ) -> OpenLattice {
    OpenLattice(
      hamiltonian: hamiltonian,
      baths: [WeightedBath(thermal, weight: 0.5), WeightedBath(other, weight: 0.5)],
      coupling: 0.05
    )
  }

  /// The study, short enough for libraries that spin.
  func study(_ choice: ForceChoice) throws -> EvolveStudy {
    EvolveStudy(
      StudySetup(
        model: try model,
        grid: try MomentumGrid(extents: extents),
        initial: .thermal(inverseTemperature: 0.3, filling: 0.4),
        recordedModes: [0, 3],
        forces: ForceOptions(
          choice: choice,
          compression: self == .ohmic && choice == .separable ? 1e-9 : nil
        )
      ),
      outputTimes: [0, 1, 3],
      control: StepControl(relativeTolerance: 1e-6, absoluteTolerance: 1e-6)
    )
  }
}

extension MultiRank {
  @Suite("Digests") struct Digests {
    let world = MultiRank.world

    @Test(
      "All ranks together find the bits that each finds alone",
      arguments: DigestCase.allCases,
      [ForceChoice.direct, .separable]
    )
    func sameBits(_ example: DigestCase, _ choice: ForceChoice) throws {
      if example == .correlated, choice == .separable { return }
      let study = try example.study(choice)
      var observer = SilentObserver()
      let alone = try study.run(over: SerialCommunicator(), observer: &observer)
      let together = try study.run(over: world, observer: &observer)
      #expect(together.engine == choice.rawValue)
      #expect(together.digest == alone.digest)
      #expect(together.statistics == alone.statistics)
      for (one, all) in zip(alone.outputs, together.outputs) {
        #expect(one.lambda == all.lambda)
        #expect(one.observables == all.observables)
      }
      #expect(alone.outputs.last?.lambda != alone.outputs.first?.lambda)
    }

    @Test(
      "Implicit steps have the bits that each rank finds alone",
      arguments: DigestCase.allCases.filter { $0 != .correlated },
      [false, true]
    )
    func implicitBits(_ example: DigestCase, _ endsSteady: Bool) throws {
      // The compressed kernel has a hundred channels.
      if example == .ohmic, endsSteady { return }
      var study = try example.study(.separable)
      study.method = .implicit
      study.endsSteady = endsSteady
      if example == .ohmic { study.outputTimes = [0, 0.1] }
      var observer = SilentObserver()
      let alone = try study.run(over: SerialCommunicator(), observer: &observer)
      let together = try study.run(over: world, observer: &observer)
      #expect(together.digest == alone.digest)
      #expect(together.statistics == alone.statistics)
      #expect(alone.statistics.implicitSteps == alone.statistics.steps)
      #expect(alone.outputs.last?.lambda != alone.outputs.first?.lambda)
    }

    @Test(
      "The steady state has the bits that each rank finds alone",
      arguments: DigestCase.allCases
    )
    func steadyBits(_ example: DigestCase) throws {
      var study = SteadyStudy(
        StudySetup(
          model: try example.model,
          grid: try MomentumGrid(extents: example.extents),
          initial: .uniform(filling: 0.4),
          recordedModes: [0, 3]
        )
      )
      study.setup.model.baths[0].slope = -1
      study.setup.model.baths[1].slope = 1
      let alone = try study.run(over: SerialCommunicator())
      let together = try study.run(over: world)
      #expect(together.digest == alone.digest)
      #expect(together.lambda == alone.lambda)
      #expect(together.observables == alone.observables)
      #expect(together.driveSlope == alone.driveSlope)
      #expect(together.iterations == alone.iterations)
    }

    @Test(
      "Branches and responses have the bits that each rank finds alone",
      arguments: [false, true]
    )
    func branchBits(_ direct: Bool) throws {
      func line(_ communicator: some Communicator) throws -> [SteadyResult] {
        var branch = SteadyBranch(over: communicator)
        var results: [SteadyResult] = []
        for drive in [0.2, 0.3, 0.4, 0.5] {
          var setup = StudySetup(
            model: try DigestCase.rashba.model,
            grid: try MomentumGrid(extents: [33]),
            initial: .uniform(filling: 0.4)
          )
          setup.model.baths[0].weight = 1 - drive
          setup.model.baths[0].slope = -1
          setup.model.baths[1].weight = drive
          setup.model.baths[1].slope = 1
          if direct { setup.forces.choice = .direct }
          let fixed = setup
          var result = try branch.solve(setup, at: drive)
          if !direct {
            let parameter = SetupParameter(name: "coupling", value: 2) { beta in
              var next = fixed
              next.model.baths[0].dissipator = ThermalBath(inverseTemperature: beta)
              return next
            }
            result.lambda = try branch.response(to: parameter) ?? []
          }
          results.append(result)
        }
        return results
      }
      for (alone, together) in zip(try line(SerialCommunicator()), try line(world)) {
        #expect(together.digest == alone.digest)
        #expect(together.lambda == alone.lambda)
        #expect(together.observables == alone.observables)
        #expect(together.driveSlope == alone.driveSlope)
        #expect(together.iterations == alone.iterations)
        #expect(together.certificate == alone.certificate)
        #expect(direct || alone.lambda.count == 1)
      }
    }

    @Test("Branches that begin with the state of a coarse lattice have the same bits on all ranks")
    func coarseBits() throws {
      func line(_ communicator: some Communicator) throws -> [SteadyResult] {
        var branch = SteadyBranch(verifiedModes: 0, over: communicator)
        return try [0.2, 0.3, 0.4, 0.5].map { drive in
          var model = try DigestCase.rashba.model
          model.baths[0].weight = 1 - drive
          model.baths[0].slope = -1
          model.baths[1].weight = drive
          model.baths[1].slope = 1
          let grid = try MomentumGrid(extents: [8209])
          let setup = StudySetup(model: model, grid: grid, recordedModes: [0, 3, 8210])
          return try branch.solve(setup, at: drive)
        }
      }
      for (alone, together) in zip(try line(SerialCommunicator()), try line(world)) {
        #expect(together.digest == alone.digest)
        #expect(together.lambda == alone.lambda)
        #expect(together.observables == alone.observables)
        #expect(together.driveSlope == alone.driveSlope && alone.driveSlope != nil)
        #expect(together.fillingSlope == alone.fillingSlope)
        #expect(together.certificate == alone.certificate)
        #expect(together.iterations == 1 && alone.iterations == 1)
      }
    }

    @Test("Rates that overflow on one rank stop all ranks with one error")
    func numericalErrors() throws {
      let study = try DigestCase.hundred.study(.direct)
      let partition = Partition(momenta: 100, bands: 1, over: world)
      var broken = study
      // Only the last mode is extreme, and only its owner sees it.
      broken.setup.initial = .values(partition.owned.map { $0 == 99 ? 1e6 : 0 })
      var observer = SilentObserver()
      #expect(throws: NumericalError.self) {
        try broken.run(over: world, observer: &observer)
      }
    }
  }
}
