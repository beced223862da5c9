import Synchronization

/// Makes scenarios from seeds, plays them, and shrinks those that break a promise.
enum ModelRun {
  struct Finding: CustomStringConvertible {
    let seed: Int
    let promise: Promise
    let actions: Int
    let trace: [String]
    var description: String { "seed \(seed): \(promise.rawValue), \(actions) actions\n" + trace.joined(separator: "\n") }
  }

  /// - Returns: the promise that the seed's scenario breaks.
  static func broken(seed: Int) -> Promise? { play(scenario(seed: seed), isTracing: false).promise }

  /// The shortest scenario found that breaks the same promise, with what happened in it.
  static func shrink(seed: Int) -> Finding? {
    var shortest = scenario(seed: seed)
    guard let promise = play(shortest, isTracing: false).promise else { return nil }
    var size = max(1, shortest.actions.count / 2)
    while size >= 1 {
      var first = 0
      while first < shortest.actions.count {
        var shorter = shortest
        shorter.actions.removeSubrange(first..<min(first + size, shorter.actions.count))
        if play(shorter, isTracing: false).promise == promise { shortest = shorter } else { first += size }
      }
      size /= 2
    }
    let trace = play(shortest, isTracing: true).trace
    let end = trace.firstIndex { $0.contains("!!") } ?? trace.count - 1
    return Finding(seed: seed, promise: promise, actions: shortest.actions.count, trace: Array(trace.prefix(end + 1)))
  }

  static func play(_ scenario: Scenario, isTracing: Bool) -> (promise: Promise?, trace: [String]) {
    let bench = Bench()
    let model = Model(scenario, on: bench, isTracing: isTracing)
    let outcome = Mutex<(promise: Promise?, trace: [String])>((nil, []))
    Task(executorPreference: bench) {
      await model.play()
      let found = await (promise: model.broken, trace: model.trace)
      outcome.withLock { $0 = found }
    }
    bench.run()
    return outcome.withLock { $0 }
  }

  static func scenario(seed: Int, length: Int = 150) -> Scenario {
    var random = SeededGenerator(seed: seed)
    var scenario = Scenario()
    scenario.isFollowing = random.below(3) == 0
    scenario.ttl = random.below(2) == 0 ? 30 : 1_000_000
    scenario.staleParts = random.below(2) == 0
    scenario.smallKnowledge = random.below(2) == 0
    scenario.capacity = random.below(6) == 0 ? 6000 : 1 << 20
    scenario.absenceFails = seed % 3 == 0
    // Two runs of three: one page, one product, few kinds of change, so that things collide.
    let isFocused = random.below(3) > 0
    var page = random.one(of: Page.all)
    let product = if case .product(let number) = page { number } else { random.below(3) }
    var edits = isFocused ? [random.one(of: Edit.all), random.one(of: Edit.all)] : Edit.all
    if scenario.absenceFails, isFocused {
      page = .product(product)
      edits = [.publish, .publish, edits[1]]
    }
    let weights = random.one(of: [calm, calm, failing, restless])
    for _ in 0..<length {
      let shop = random.below(6) == 0 ? 1 : 0
      scenario.actions.append(
        action(
          random.pick(weights), shop, isFocused && random.below(6) > 0 ? page : random.one(of: Page.all),
          isFocused && random.below(4) > 0 ? product : random.below(3), edits, &random))
    }
    return scenario
  }

  private enum Kind { case request, advance, run, edit, publish, read, tick, restart, reconnect, core, forget, cancel, sourceGap }

  private typealias Weights = [(Kind, Int)]
  private static let calm: Weights = [
    (.request, 180), (.advance, 330), (.run, 130), (.edit, 70), (.publish, 70), (.read, 110), (.tick, 50), (.restart, 4),
    (.reconnect, 4), (.core, 3), (.forget, 50), (.cancel, 8), (.sourceGap, 4),
  ]
  private static let failing: Weights = [
    (.request, 200), (.advance, 300), (.run, 130), (.edit, 80), (.publish, 80), (.read, 110), (.tick, 40), (.restart, 2),
    (.reconnect, 2), (.core, 50), (.forget, 70), (.cancel, 30), (.sourceGap, 3),
  ]
  private static let restless: Weights = [
    (.request, 160), (.advance, 280), (.run, 130), (.edit, 100), (.publish, 110), (.read, 90), (.tick, 120), (.restart, 25),
    (.reconnect, 12), (.core, 6), (.forget, 30), (.cancel, 10), (.sourceGap, 10),
  ]

  private static func action(
    _ kind: Kind, _ shop: Int, _ page: Page, _ product: Int, _ edits: [Edit], _ random: inout SeededGenerator
  ) -> Action {
    switch kind {
    case .request: .request(shop: shop, page: page)
    case .advance: .advance(random.below(64))
    case .run: .run(random.below(64), turns: 2 + random.below(16))
    case .edit: .edit(random.one(of: edits), shop: shop, product: product, value: random.below(9))
    case .publish: .publish
    case .read: .read(limit: random.one(of: [1, 1, 2, 99]))
    case .tick: .tick(random.below(3) > 0 ? 1 + random.below(2) : 1 + random.below(5))
    case .restart: .restart(isNoticed: random.below(2) == 0)
    case .reconnect: .reconnect
    case .core: .core
    case .forget: .forget(random.below(64))
    case .cancel: .cancel(random.below(8))
    case .sourceGap: .sourceGap
    }
  }
}

extension SeededGenerator {
  fileprivate mutating func pick<T>(_ weights: [(T, Int)]) -> T {
    var rest = below(weights.reduce(0) { $0 + $1.1 })
    for (value, weight) in weights {
      if rest < weight { return value }
      rest -= weight
    }
    return weights[0].0
  }
}
