import FoundationEssentials

/// The landlord's records as a JSON file: what an installation without a database has.
///
/// ```json
/// { "platform_domain": "shops.example", "single": null,
///   "tenants": [ { "id": "linden", "name": "Linden & Loom", "domains": ["linden.example"], "theme": "fashion" } ] }
/// ```
/// Unknown keys are refused, since a misspelt `domians` would otherwise be a shop that silently does not answer.
package struct TenantFile: Sendable {
  package static func read(_ path: String) throws(TenancyError) -> TenantSnapshot {
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: path)) } catch {
      throw TenancyError(
        .file, at: path, "the tenants file cannot be read (\(reason(error))): check the path and its permissions")
    }
    do { return try parse([UInt8](data)) } catch { throw error.inside(path) }
  }

  package static func parse(_ bytes: [UInt8]) throws(TenancyError) -> TenantSnapshot {
    let document: Document
    do { document = try JSONDecoder().decode(Document.self, from: Data(bytes)) } catch {
      throw TenancyError(.file, at: place(error), reason(error))
    }
    var tenants: [Tenant] = []
    for (index, record) in document.tenants.enumerated() {
      do throws(TenancyError) { tenants.append(try record.tenant()) } catch { throw error.inside("tenants[\(index)]") }
    }
    let mode: TenantSnapshot.Mode =
      try document.single.map { single throws(TenancyError) in .single(try TenantID(single)) } ?? .many
    let platform: Host?
    do throws(TenancyError) {
      platform = try document.platformDomain.map { name throws(TenancyError) in try Host(name) }
    } catch { throw error.inside("platform_domain") }
    return try TenantSnapshot(tenants: tenants, mode: mode, platformDomain: platform)
  }

  private static func place(_ error: any Error) -> String {
    let path: [any CodingKey] =
      switch error {
      case DecodingError.keyNotFound(_, let context), DecodingError.typeMismatch(_, let context),
        DecodingError.valueNotFound(_, let context), DecodingError.dataCorrupted(let context):
        context.codingPath
      default: []
      }
    return path.reduce(into: "") { text, key in
      if let index = key.intValue { text += "[\(index)]" } else { text += (text.isEmpty ? "" : ".") + key.stringValue }
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing: add it"
    case DecodingError.typeMismatch(let type, _): "this must be \(type == String.self ? "a string" : "of type \(type)")"
    case DecodingError.valueNotFound: "this must not be null"
    case DecodingError.dataCorrupted(let context): context.debugDescription
    case let error as CocoaError: "\(error.code == .fileReadNoSuchFile ? "no such file" : "error \(error.code.rawValue)")"
    default: "\(error)"
    }
  }
}

private struct Document: Decodable {
  let platformDomain: String?
  let single: String?
  let tenants: [TenantRecord]

  private enum Key: String, CodingKey, CaseIterable {
    case platformDomain = "platform_domain"
    case single, tenants
  }

  init(from decoder: any Decoder) throws {
    try refuseUnknownKeys(decoder, known: Key.allCases.map(\.rawValue))
    let box = try decoder.container(keyedBy: Key.self)
    platformDomain = try box.decodeIfPresent(String.self, forKey: .platformDomain)
    single = try box.decodeIfPresent(String.self, forKey: .single)
    tenants = try box.decode([TenantRecord].self, forKey: .tenants)
  }
}
