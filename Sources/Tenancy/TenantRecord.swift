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

  private enum Key: String, CodingKey, CaseIterable {
    case id, name, status, theme, plugins, locale, currency, domains, subdomain, settings
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
  }

  func tenant() throws(TenancyError) -> Tenant {
    let identity: TenantID
    do throws(TenancyError) { identity = try TenantID(id) } catch { throw error.inside("id") }
    guard let state = Tenant.Status(rawValue: status) else {
      let known = Tenant.Status.allCases.map(\.rawValue).joined(separator: ", ")
      throw TenancyError(.tenant, at: "status", "'\(status)' is no status: use one of \(known)")
    }
    guard currency.utf8.count == 3, currency.utf8.allSatisfy({ (0x41...0x5a).contains($0) }) else {
      throw TenancyError(.tenant, at: "currency", "'\(currency)' is no ISO 4217 code: use three capitals such as EUR")
    }
    guard TenantRecord.isLanguageTag(locale) else {
      throw TenancyError(.tenant, at: "locale", "'\(locale)' is no language tag: use one such as en, de or pt-BR")
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
    let text = settings.map { $0.json } ?? Array("{}".utf8)
    return Tenant(
      id: identity, name: name, status: state, theme: theme, plugins: plugins, locale: locale, currency: currency,
      settings: text, domains: hosts, subdomain: label, revision: revision(settings: text))
  }

  /// FNV-1a over everything that can change a page. Equal records have equal revisions in every process and after a restart,
  /// which a counter or Swift's seeded hash would not give.
  private func revision(settings: [UInt8]) -> UInt64 {
    let parts = [
      id, name, status, subdomain ?? id, theme, plugins.joined(separator: ","), locale, currency, domains.joined(separator: ","),
    ]
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in parts.joined(separator: "\u{0}").utf8 + settings { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }

  private static func isFolderName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count) && text.utf8.first != 0x2d
      && text.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
  }

  private static func isLanguageTag(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return (2...3).contains(parts[0].utf8.count) && parts[0].utf8.allSatisfy { (0x61...0x7a).contains($0) }
      && parts.dropFirst().allSatisfy { part in
        (2...8).contains(part.utf8.count)
          && part.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a }
      }
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
