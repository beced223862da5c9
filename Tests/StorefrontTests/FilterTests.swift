import CoreAPIClient
import EventLoop
import FoundationEssentials
import Tenancy
import Testing

@testable import Storefront

/// What a listing can be narrowed by: what templates see of it, and that every address of it leads to what it says.
@Suite(.serialized) struct FilterTests {
  private static let facets: [Facet] = [
    Facet(
      key: "availability", label: "availability",
      values: [.init(value: "1", label: "1", count: 4), .init(value: "0", label: "0", count: 1)]),
    Facet(key: "price", label: "price", highestPrice: Money(120, "EUR")),
    Facet(
      key: "vendor", label: "vendor",
      values: [.init(value: "A & B", label: "A & B", count: 3), .init(value: "C", label: "C", count: 0)]),
    Facet(
      key: "option:Colour", label: "Farbe",
      values: [.init(value: "Red", label: "Rot", count: 2), .init(value: "Blue", label: "Blau", count: 1)]),
    Facet(
      key: "attribute:weight", label: "Gewicht", type: .number, unit: "g",
      values: [.init(value: "120.5", label: "120.5", count: 1)]),
  ]
  private static let files = [
    "Themes/plain/sections/collection.liquid":
      "{{ collection.filtered }} {{ collection.unfiltered_url }}{% for filter in collection.filters %}\n{{ filter.key }}|{{ filter.label }}|{{ filter.type }}|{{ filter.param_name }}|{{ filter.is_active }}|{{ filter.url_to_remove }}|{{ filter.range_max }}|{{ filter.min_value.param_name }}={{ filter.min_value.value }}|{{ filter.max_value.param_name }}={{ filter.max_value.value }}|{{ filter.active_values.size }}{% for value in filter.values %}\n  {{ value.label }}|{{ value.value }}|{{ value.count }}|{{ value.active }}|{{ value.type }}|{{ value.unit }}|+{{ value.url_to_add }}|-{{ value.url_to_remove }}{% endfor %}{% endfor %}\n{% schema %}{}{% endschema %}"
  ]

  @LoopActor private func lines(_ target: String) async throws -> [String] {
    let body = try await MarketStage.stage(Self.files, facets: Self.facets).get(target).body
    let lines = body.replacing("&amp;", with: "&").split(separator: "\n").map { String($0) }
    try #require(lines.count > 12, "\(body)")
    return lines
  }

  @LoopActor @Test func aListSaysWhatItCanBeNarrowedBy() async throws {
    let lines = try await lines("/de/kollektionen/shirts?sort_by=title-ascending&page=1")
    let base = "/de/kollektionen/shirts?"
    #expect(lines[0].hasSuffix("</header>false /de/kollektionen/shirts?sort_by=title-ascending"))
    let sorted = "sort_by=title-ascending"
    #expect(
      Array(lines.dropFirst().prefix(10)) == [
        "availability|availability|boolean|filter.v.availability|false|\(base)\(sorted)||filter.v.availability.gte=|filter.v.availability.lte=|0",
        "  1|1|4|false|text||+\(base)filter.v.availability=1&\(sorted)|-\(base)\(sorted)",
        "  0|0|1|false|text||+\(base)filter.v.availability=0&\(sorted)|-\(base)\(sorted)",
        "price|price|price_range|filter.v.price|false|\(base)\(sorted)|12000|filter.v.price.gte=|filter.v.price.lte=|0",
        "vendor|vendor|list|filter.p.vendor|false|\(base)\(sorted)||filter.p.vendor.gte=|filter.p.vendor.lte=|0",
        "  A & B|A & B|3|false|text||+\(base)filter.p.vendor=A%20%26%20B&\(sorted)|-\(base)\(sorted)",
        "  C|C|0|false|text||+\(base)filter.p.vendor=C&\(sorted)|-\(base)\(sorted)",
        "option:Colour|Farbe|list|filter.v.option.Colour|false|\(base)\(sorted)||filter.v.option.Colour.gte=|filter.v.option.Colour.lte=|0",
        "  Rot|Red|2|false|text||+\(base)filter.v.option.Colour=Red&\(sorted)|-\(base)\(sorted)",
        "  Blau|Blue|1|false|text||+\(base)filter.v.option.Colour=Blue&\(sorted)|-\(base)\(sorted)",
      ])
    #expect(
      lines.dropFirst(11).prefix(2) == [
        "attribute:weight|Gewicht|list|filter.p.m.facts.weight|false|\(base)\(sorted)||filter.p.m.facts.weight.gte=|filter.p.m.facts.weight.lte=|0",
        "  120.5|120.5|1|false|number|g|+\(base)filter.p.m.facts.weight=120.5&\(sorted)|-\(base)\(sorted)",
      ])
  }

  @LoopActor @Test func aNarrowedOneSaysByWhatAndHowToWidenIt() async throws {
    let own = "filter.v.option.Colour=Green&filter.v.option.Colour=Red&filter.v.price.gte=10&filter.v.price.lte=50"
    let lines = try await lines("/collections/shirts?" + own)
    #expect(lines[0].hasSuffix("</header>true /collections/shirts"))
    let price = try #require(lines.first { $0.hasPrefix("price|") })
    let colours = "filter.v.option.Colour=Green&filter.v.option.Colour=Red"
    #expect(
      price
        == "price|price|price_range|filter.v.price|true|/collections/shirts?\(colours)|12000|filter.v.price.gte=1000|filter.v.price.lte=5000|0"
    )
    let at = try #require(lines.firstIndex { $0.hasPrefix("option:Colour|") })
    try #require(lines.count > at + 3)
    let prices = "filter.v.price.gte=10&filter.v.price.lte=50"
    #expect(lines[at].contains("|true|/collections/shirts?\(prices)|") && lines[at].hasSuffix("|2"))
    #expect(
      lines[at + 1]
        == "  Rot|Red|2|true|text||+/collections/shirts?\(own)|-/collections/shirts?filter.v.option.Colour=Green&\(prices)")
    // Nothing has it, and it can be taken back.
    #expect(
      lines[at + 3]
        == "  Green|Green|0|true|text||+/collections/shirts?\(own)|-/collections/shirts?filter.v.option.Colour=Red&\(prices)")
  }

  @Test(
    arguments: [
      ("gte=10", 10, nil), ("gte=10.99", 10, nil), ("lte=10", nil, 10), ("lte=10.00", nil, 10), ("lte=10.01", nil, 11),
      ("lte=10.5", nil, 11),
      ("gte=0", 0, nil), ("gte=007", 7, nil), ("gte=999999999", 999_999_999, nil), ("gte=1000000000", nil, nil),
      ("gte=-1", nil, nil),
      ("gte=", nil, nil), ("gte=1e3", nil, nil), ("gte=ten", nil, nil), ("gte=10,50", nil, nil), ("lte=10.", nil, 10),
      ("lte=10.x", nil, nil),
      ("gte=%D9%A1", nil, nil), ("gte=1&filter.v.price.gte=x", 1, nil), ("gte=1&filter.v.price.gte=2", 2, nil),
      ("gt=5", nil, nil),
    ] as [(String, Int?, Int?)])
  func priceEndsAreWholeUnits(_ query: String, _ from: Int?, _ to: Int?) throws {
    let filters = try #require(Self.page("/collections/a", "filter.v.price." + query)).filters
    #expect(filters.priceFrom == from && filters.priceTo == to)
  }

  @Test(arguments: [
    "filter.x=1", "filter.=1", "filter.v.option.=Red", "filter.p.m.facts.=a", "filter.p.m.other.key=a", "filter.p.vendor=",
    "filter.p.vendor",
    "filter.v.availability=2", "filter.v.availability=true", "filter.v.price=10", "filter.p.vendor=%ff", "filter.p.vendor=a%0ab",
    "filter.p.tag=x",
    "FILTER.p.vendor=A", "xfilter.p.vendor=A", "filter.p.vendor=" + String(repeating: "x", count: 121),
    "filter.v.option." + String(repeating: "x", count: 81) + "=1",
  ])
  func whatIsNoFilterMakesNoOtherPage(_ query: String) throws {
    #expect(Self.page("/collections/a", query) == PageRoute(.collection, handle: "a"))
  }

  @Test func theOrderOfAnAddressMakesNoOtherPage() throws {
    var pairs = [
      "filter.p.vendor=B", "filter.p.vendor=A", "filter.v.price.lte=9", "filter.v.option.b=1", "filter.v.option.a=2",
      "sort_by=title-ascending",
      "filter.v.availability=1", "filter.p.vendor=A", "utm=1",
    ]
    let page = try #require(Self.page("/collections/a", pairs.joined(separator: "&")))
    var random = SplitMix(state: 1)
    for _ in 0..<50 {
      pairs.shuffle(using: &random)
      #expect(Self.page("/collections/a", pairs.joined(separator: "&")) == page)
    }
  }

  /// Any filter that a catalogue may have, added and taken back in any order: the address written is the page meant.
  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func everyAddressLeadsToWhatItSays(_ seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let words = [
      "Red", "a&b=c", "50%", "#1", "ü ñ", "a+b", "বাংলা", "\"><b>", "x/y", "?", "filter.p.vendor", "'", "😀", "a;b", " ", "..", "\\",
    ]
    func word() -> String {
      (0..<Int.random(in: 1...3, using: &random)).map { _ in words.randomElement(using: &random)! }.joined()
    }
    let tenant = Self.tenant
    for _ in 0..<100 {
      let facets = (0..<5).map { _ in
        let key = ["vendor", "type", "availability", "price", "option:\(word())", "attribute:\(word())"].randomElement(
          using: &random)!
        let values = key == "availability" ? ["0", "1"] : key == "price" ? [] : (0..<4).map { _ in word() }
        return Facet(key: key, label: key, values: values.map { .init(value: $0, label: $0, count: 1) })
      }
      let market = Int.random(in: 0..<tenant.markets.count, using: &random)
      var route = PageRoute(.collection, handle: "all")
      route.sort = ["", "title-ascending"].randomElement(using: &random)!
      for _ in 0..<30 {
        let facet = facets.randomElement(using: &random)!
        var expected = route.filters
        let listing = NarrowedListing(route: route, market: tenant.markets[market], facets: facets)
        let target: String
        switch (Int.random(in: 0...3, using: &random), facet.values.randomElement(using: &random)?.value) {
        case (0, _):
          expected.removeAll(of: facet.key)
          target = listing.address { $0.removeAll(of: facet.key) }
        case (1, let value?):
          expected.remove(value, from: facet.key)
          target = listing.address { $0.remove(value, from: facet.key) }
        case (_, let value?):
          expected.add(value, to: facet.key)
          target = listing.address { $0.add(value, to: facet.key) }
        default:
          expected.priceFrom = Int.random(in: 0...99, using: &random)
          target = listing.address { [from = expected.priceFrom] in $0.priceFrom = from }
        }
        let parts = target.split(separator: "?", maxSplits: 1)
        let routed = Router().route(path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "", of: tenant)
        route.filters = expected
        #expect(routed.market == market && routed.route == .page(route), "\(target)")
        #expect(expected.filters.reduce(0) { $0 + $1.values.count } <= 24)
        #expect(target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"\"<>'\\#".utf8.contains($0) }, "\(target)")
      }
    }
  }

  @LoopActor @Test func aListThatIsFullCannotBeNarrowedFurther() async throws {
    var filters = ListingFilters()
    for value in 0..<30 { filters.add("\(value)", to: "vendor") }
    #expect(filters.values(of: "vendor").count == 24)
    filters.add("x", to: "type")
    #expect(filters.values(of: "type").isEmpty)
    filters.remove("3", from: "vendor")
    filters.add("x", to: "type")
    #expect(filters.values(of: "type") == ["x"])
  }

  private static let tenant = try! TenantFile.parse(Array(MarketStage.tenants.utf8)).tenants[0]

  private static func page(_ path: String, _ query: String) -> PageRoute? {
    guard case .page(let page) = Router().route(path: path, query: query, of: tenant).route else { return nil }
    return page
  }
}
