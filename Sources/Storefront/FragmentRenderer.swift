import CoreAPIClient
import ChangeLog
import EventLoop
import FragmentCache
import HTTP
import TemplateEngine
import Tenancy
import ThemeSDK

/// Where a filler stands: beside which product, and inside which fillers.
struct Place {
  /// A card's slot names the product it is beside; its fillers see that one as `product`.
  var product: String?
  var inside: [String] = []
  /// Whether what is made here is kept for others, too. Nothing of one shopper is to be had then.
  var isShared = false

  var shared: Place {
    var place = self
    place.isShared = true
    return place
  }
}

/// Runs templates: answers what a render asks for, and fills slots, each filler a fragment of its own.
@LoopActor final class FragmentRenderer {
  private let fragments: FragmentStore<[UInt8]>
  private let follower: Follower
  private let log: ServiceLog
  /// Fragments rendered here, for operators.
  private(set) var renders = 0
  private var breakers = FillerBreakers()

  init(bytes: Int, following follower: Follower, log: ServiceLog) {
    fragments = FragmentStore(capacity: bytes, following: follower)
    self.follower = follower
    self.log = log
  }

  /// Runs a render to its end, answering what it asks for and letting the loop turn between slices.
  func run(
    _ render: Render, of page: PageMaking, at place: Place, into basis: inout Basis
  ) async throws -> [UInt8] {
    var spent = 0
    while true {
      if page.share.isUsedUp { await page.share.giveWay() }
      let outcome = render.resume(steps: FragmentRenderer.slice)
      page.spend(steps: render.stepsTaken - spent)
      spent = render.stepsTaken
      switch outcome {
      case .done:
        for problem in render.problems { log.problem(problem, of: page.shop.tenant.id) }
        return render.takeOutput()
      case .yielded: break
      case .failed(let error): throw error
      case .needs(let requests):
        for request in requests {
          if let reading = readingAtOnce(request, of: page, at: place) {
            basis.read(reading.tags, at: reading.moment, validFor: reading.validFor)
            render.supply(reading.value, for: request)
          } else {
            render.supply(try await answer(request, of: page, at: place, into: &basis), for: request)
          }
        }
      }
    }
  }

  private func readingAtOnce(_ request: DataRequest, of page: PageMaking, at place: Place) -> PageData.Reading? {
    request.kind == "product" && place.product != nil ? nil : page.data.readingAtOnce(request)
  }

  private func answer(
    _ request: DataRequest, of page: PageMaking, at place: Place, into basis: inout Basis
  ) async throws -> Value {
    let name = request.arguments.first ?? ""
    switch request.kind {
    case "slot", "sections":
      var inner = place
      inner.product = request[named: "product"] ?? place.product
      return .safeHTML(bytes: try await slot(name, of: page, at: inner, into: &basis))
    case "section":
      guard let filler = page.shop.theme.theme.section(name) else { return .null }
      return .safeHTML(bytes: try await fill(filler, of: page, at: place, into: &basis))
    default:
      let reading =
        if request.kind == "product", let product = place.product { try await page.data.product(product) } else {
          try await page.data.reading(request)
        }
      basis.read(reading.tags, at: reading.moment, validFor: reading.validFor)
      return reading.value
    }
  }

  func slot(
    _ name: String, of page: PageMaking, at place: Place, into basis: inout Basis
  ) async throws -> [UInt8] {
    let fillers = page.shop.theme.slots(for: page.route.kind).fillers(in: name)
    if fillers.count == 1 { return try await fill(fillers[0], of: page, at: place, into: &basis) }
    var bytes: [UInt8] = []
    for filler in fillers { bytes += try await fill(filler, of: page, at: place, into: &basis) }
    return bytes
  }

  /// A filler's output. One that fails or exceeds its limits never takes the page down: in its place stands its stale fragment, else
  /// what it wraps or nothing; and the page is kept only shortly, so that it mends soon after the filler does.
  func fill(
    _ filler: Filler, of page: PageMaking, at place: Place, into basis: inout Basis
  ) async throws -> [UInt8] {
    let tenant = page.shop.tenant.id
    guard breakers.allows(filler, of: tenant, at: follower.now) else {
      basis.read([], at: follower.moment, validFor: FragmentRenderer.brokenLife)
      return try await wrapped(filler, of: page, at: place, into: &basis)
    }
    guard page.admit(depth: place.inside.count) else {
      log.note(.error, "page-budget", tenant: tenant, ["slot": filler.slot, "filler": filler.qualifiedID])
      basis.read([], at: follower.moment, validFor: FragmentRenderer.brokenLife)
      return []
    }
    let identity = filler.slot + "/" + filler.qualifiedID
    guard !place.inside.contains(identity) else {
      log.note(.warning, "slot-in-itself", tenant: tenant, ["slot": filler.slot, "filler": filler.qualifiedID])
      return []
    }
    var inner = place
    inner.inside.append(identity)
    let shared = inner.shared
    if filler.isPrivate, page.shopper == nil || place.isShared {
      if let placeholder = placeholder(of: filler, on: page) { return placeholder }
      // A plugin's has no address. What it wraps has.
      return try await wrapped(filler, of: page, at: place, into: &basis)
    }
    do {
      if filler.isPrivate { return try await output(of: filler, of: page, at: inner, into: &basis) }
      guard place.inside.isEmpty || filler.isLeaf else {
        // Inside another filler, one that may hold slots of its own is rendered in place: were it a fragment, two requests could
        // each wait for what the other is making.
        let bytes = try await output(of: filler, of: page, at: inner, into: &basis)
        breakers.succeeded(filler, of: tenant)
        return bytes
      }
      // `refresh`, since a page is only made anew to be fresh: a stale part would keep it from being kept.
      let key = key(of: filler, on: page.route, of: page.shop, at: place)
      let served = try await fragments.refresh(key) { moment in
        if let loaded = await page.look?.fragment(key) { return loaded }
        self.renders += 1
        var own = Basis(moment, ttl: .seconds(filler.cache.seconds), staleFor: PageRenderer.pageStaleLife)
        let bytes = try await self.output(of: filler, of: page, at: shared, into: &own)
        let made = Fragment(bytes, basis: own, cost: bytes.count + 256)
        page.look?.made(made, key)
        return made
      }
      // Where its last good output stands in, the page is as old as that and kept by nobody. A filler that goes on failing is soon
      // left out, and then the page is kept again.
      if let error = served.failure, FragmentRenderer.isOfTheFiller(error) {
        note(error, of: filler, tenant, in: &basis)
      } else if served.failure == nil {
        breakers.succeeded(filler, of: tenant)
      }
      basis.add(served)
      return served.content
    } catch let error where FragmentRenderer.isOfTheFiller(error) {
      note(error, of: filler, tenant, in: &basis)
      return try await wrapped(filler, of: page, at: place, into: &basis)
    }
  }

  /// Whether a template is to blame, and not what it reads from.
  private static func isOfTheFiller(_ error: any Error) -> Bool { error is RenderError || error is PageData.TooManyReads }

  private func note(_ error: any Error, of filler: Filler, _ tenant: TenantID, in basis: inout Basis) {
    // What fails for one shopper's cart need not fail for another's.
    if !filler.isPrivate { breakers.failed(filler, of: tenant, at: follower.now) }
    log.failure(of: filler, error, tenant: tenant)
    basis.read([], at: follower.moment, validFor: FragmentRenderer.brokenLife)
  }

  private func output(
    of filler: Filler, of page: PageMaking, at place: Place, into basis: inout Basis
  ) async throws -> [UInt8] {
    var globals = page.globals
    globals["section"] = filler.section
    // Only here does a template see what one shopper has, and what it prints is kept by nobody.
    if filler.isPrivate, !place.isShared, let shopper = page.shopper { globals.merge(shopper.globals) { _, own in own } }
    if !filler.wrapped.isEmpty {
      globals["content"] = .safeHTML(bytes: try await wrapped(filler, of: page, at: place, into: &basis))
    }
    let render = Render(
      filler.template, globals: Globals(globals), partials: filler.partials, limits: FragmentRenderer.limits(within: page),
      errors: .silent,
      host: page.shop.theme.host.scoped(to: filler), now: page.now)
    return try await run(render, of: page, at: place, into: &basis)
  }

  /// In a page that all share, a part that is one shopper's own is asked for by the browser. Without script it is not there, and
  /// the page it belongs to has it.
  /// - Returns: nil for what cannot be asked for alone.
  private func placeholder(of filler: Filler, on page: PageMaking) -> [UInt8]? {
    guard case .theme = filler.origin, page.shop.theme.theme.section(filler.type) != nil else { return nil }
    let address = page.shop.market.path(.fragments) + "/" + PercentEncoding.segment(filler.type)
    return Array("<div hx-get=\"\(address)\" hx-trigger=\"load\" hx-swap=\"outerHTML\"></div>".utf8)
  }

  private func wrapped(
    _ filler: Filler, of page: PageMaking, at place: Place, into basis: inout Basis
  ) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for inner in filler.wrapped { bytes += try await fill(inner, of: page, at: place, into: &basis) }
    return bytes
  }

  /// Of all that may stand on a page, is not kept here, and is not beside one of several products: known before anything is read.
  func keys(_ route: PageRoute, of shop: Shop) -> [FragmentKey] {
    let slots = shop.theme.slots(for: route.kind)
    return slots.filledSlots.flatMap { slots.fillers(in: $0) }.filter { !$0.isPrivate }
      .map { key(of: $0, on: route, of: shop, at: Place()) }.filter { !fragments.hasFresh($0) }
  }

  private func key(of filler: Filler, on route: PageRoute, of shop: Shop, at place: Place) -> FragmentKey {
    FragmentKey(shop.tenant.id) { parts in
      parts.append("filler")
      parts.append(shop.theme.revision)
      parts.append(shop.baseURL)
      parts.append(filler.slot)
      parts.append(filler.qualifiedID)
      if let product = place.product {
        parts.append("product")
        parts.append(product)
      }
      // A section's id names other settings in another template.
      if filler.slot == "main" { parts.append(route.kind.rawValue) }
      if filler.differsByPage(beside: place.product) {
        parts.append("page")
        parts.append(route.target)
      }
    }
  }

  static let brokenLife = Duration.seconds(10)
  /// Steps between two looks at the loop: a tenth of a millisecond, and with one instruction of the longest kind less than one.
  static let slice = 4_000

  /// What one template may spend: 20 ms at the most, and no more than its page has left.
  static func limits(within page: PageMaking) -> Limits {
    Limits(steps: min(500_000, page.stepsLeft), outputBytes: 4 << 20, depth: 64, assignedBytes: 8 << 20)
  }
}

extension Filler {
  /// Whether nothing of another filler is in it.
  fileprivate var isLeaf: Bool { !holdsSlots && wrapped.allSatisfy(\.isLeaf) }

  /// Whether its output may differ from page to page. What holds other fillers differs by whatever they differ by, and they by
  /// the page for all this one can know; beside a product, the product is in the key and the page it stands on is not
  /// unless something else of the page is read.
  fileprivate func differsByPage(beside product: String?) -> Bool {
    if holdsSlots || !wrapped.isEmpty { return true }
    return product == nil ? cache.vary.contains(.page) : !pageReads.subtracting(["product"]).isEmpty
  }
}
