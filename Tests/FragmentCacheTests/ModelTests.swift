import Testing

@Suite struct ModelTests {
  /// More with `Tests/Mutants/run SEEDS`, which also shows that the model finds each wrong rule.
  @Test func keepsEveryPromise() {
    for seed in 1...400 where ModelRun.broken(seed: seed) != nil {
      Issue.record("\(ModelRun.shrink(seed: seed)?.description ?? "seed \(seed)")")
      return
    }
  }

  @Test func isTheSameEachTime() {
    for seed in 1...20 {
      let scenario = ModelRun.scenario(seed: seed)
      #expect(ModelRun.play(scenario, isTracing: true).trace == ModelRun.play(scenario, isTracing: true).trace)
    }
  }
}
