import FoundationEssentials

/// One entry of the tenants file, before its values are checked.
struct TenantRecord: Decodable {
  let id: String
  let name: String
  let status: String
  let theme: String
  let plugins: [String]
  let locale: String
  let currency: String
  let domains: [String]
  let subdomain: String?
  let settings: SettingsValue?
  /// Of the default market.
  let routes: RouteWords
  /// Beside the default one.
  let markets: [MarketRecord]
  let checkout: String?

  private enum Key: String, CodingKey, CaseIterable {
    case id, name, status, theme, plugins, locale, currency, domains, subdomain, settings, routes, markets, checkout
  }

  init(from decoder: any Decoder) throws {
    try refuseUnknownKeys(decoder, known: Key.allCases.map(\.rawValue))
    let box = try decoder.container(keyedBy: Key.self)
    id = try box.decode(String.self, forKey: .id)
    name = try box.decode(String.self, forKey: .name)
    status = try box.decodeIfPresent(String.self, forKey: .status) ?? "active"
    theme = try box.decode(String.self, forKey: .theme)
    plugins = try box.decodeIfPresent([String].self, forKey: .plugins) ?? []
    locale = try box.decodeIfPresent(String.self, forKey: .locale) ?? "en"
    currency = try box.decodeIfPresent(String.self, forKey: .currency) ?? "EUR"
    domains = try box.decodeIfPresent([String].self, forKey: .domains) ?? []
    subdomain = try box.decodeIfPresent(String.self, forKey: .subdomain)
    settings = try box.decodeIfPresent(SettingsValue.self, forKey: .settings)
    routes = try box.decodeIfPresent(RouteWords.self, forKey: .routes) ?? RouteWords()
    markets = try box.decodeIfPresent([MarketRecord].self, forKey: .markets) ?? []
    checkout = try box.decodeIfPresent(String.self, forKey: .checkout)
  }

  func tenant() throws(TenancyError) -> Tenant {
    let identity: TenantID
    do throws(TenancyError) { identity = try TenantID(id) } catch { throw error.inside("id") }
    guard let state = Tenant.Status(rawValue: status) else {
      let known = Tenant.Status.allCases.map(\.rawValue).joined(separator: ", ")
      throw TenancyError(.tenant, at: "status", "'\(status)' is no status: use one of \(known)")
    }
    for (key, folder) in [("theme", theme)] + plugins.enumerated().map({ ("plugins[\($0)]", $1) }) {
      guard TenantRecord.isFolderName(folder) else {
        throw TenancyError(.tenant, at: key, "'\(folder)' is no folder name: use a-z, 0-9 and '-'")
      }
    }
    var hosts: [Host] = []
    for (index, domain) in domains.enumerated() {
      do throws(TenancyError) { hosts.append(try Host(domain)) } catch { throw error.inside("domains[\(index)]") }
    }
    let label = subdomain ?? id
    guard let host = try? Host("\(label).localhost"), host.name == "\(label).localhost", !label.contains(".") else {
      throw TenancyError(.tenant, at: "subdomain", "'\(label)' is no single host label: use a-z, 0-9 and '-'")
    }
    let markets = try markets(of: identity)
    if let checkout, !TenantRecord.isCheckout(checkout) {
      throw TenancyError(
        .tenant, at: "checkout",
        "'\(checkout.prefix(80))' is no address: use https://… or a path, with {lines} where the order goes")
    }
    let text = settings.map { $0.json } ?? Array("{}".utf8)
    return Tenant(
      id: identity, name: name, status: state, theme: theme, plugins: plugins, markets: markets, checkout: checkout,
      settings: text, domains: hosts, subdomain: label, revision: revision(of: markets, settings: text))
  }

  /// The default market and those beside it, each with addresses of its own.
  private func markets(of tenant: TenantID) throws(TenancyError) -> [Market] {
    let own = try MarketRecord.market(of: tenant, locale: locale, currency: currency, root: "", words: routes)
    var all = [own]
    for (index, record) in markets.enumerated() {
      let place = "markets[\(index)]"
      do throws(TenancyError) {
        let market = try record.market(of: tenant, default: own)
        if all.contains(where: { $0.routes.root == market.routes.root }) {
          throw TenancyError(.tenant, at: "path", "another market is at '\(market.routes.root)': give each its own \"path\"")
        }
        if let prefix = market.routes.prefix, own.routes.place(for: prefix) != nil {
          throw TenancyError(
            .tenant, at: "path", "'\(prefix)' is an address of the default market: give this market another \"path\"")
        }
        all.append(market)
      } catch { throw error.inside(place) }
    }
    return all
  }

  /// Of everything that can change a page. Equal records have equal revisions in every process and after a restart,
  /// which a counter would not give.
  private func revision(of markets: [Market], settings: [UInt8]) -> UInt64 {
    let parts =
      [id, name, status, subdomain ?? id, theme, plugins.joined(separator: ","), domains.joined(separator: ","), checkout ?? ""]
      + markets.map(\.key)
    return StableHash.of(Array(parts.joined(separator: "\u{0}").utf8) + settings)
  }

  private static func isCheckout(_ text: String) -> Bool {
    (text.hasPrefix("https://") || text.hasPrefix("http://") || text.hasPrefix("/") && !text.hasPrefix("//"))
      && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"\"<>\\^`".utf8.contains($0) }
  }

  private static func isFolderName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count) && text.utf8.first != 0x2d
      && text.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
  }
}

/// Any JSON, kept as text: the tenants file does not know what settings a theme has.
struct SettingsValue: Decodable {
  let json: [UInt8]

  init(from decoder: any Decoder) throws {
    let tree = try JSONTree(from: decoder)
    guard case .object = tree else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "settings must be an object of the theme's setting ids"))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    json = [UInt8](try encoder.encode(tree))
  }
}
