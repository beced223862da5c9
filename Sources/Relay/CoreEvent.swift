import ChangeLog
import FoundationEssentials
import Tenancy

/// What a change event of the core API asks of the log.
enum CoreEvent: Hashable {
  case touch(Touch)
  /// Cannot be read. Where its tenant can, everything of that is touched: nobody knows what the event was about.
  case malformed(String, tenant: TenantID?)

  /// One entry to be appended.
  struct Touch: Hashable {
    let tenant: TenantID
    var tags: [Tag]
    var `class`: ChangeClass
    var mark: UInt64
  }

  /// Bytes of one event; a catalogue's largest change names its lists, not its products.
  static let mostBytes = 1 << 20
  /// Bytes of one tag's name.
  static let longestTag = 1024

  /// - Parameter bytes: `{"id":"…","tenant":"…","tags":["product:42","*"],"class":"soft"|"hard","mark":123}`. `mark` may be missing
  ///   (0), and so may `class` (hard: who does not say that it may wait, may not). More members are ignored.
  init(_ bytes: [UInt8]) {
    struct Document: Decodable {
      let tenant: String
      let tags: [String]
      let `class`: String?
      let mark: UInt64?
    }
    struct Owner: Decodable { let tenant: String }

    guard bytes.count <= Self.mostBytes else {
      self = .malformed("it has \(bytes.count) bytes, more than \(Self.mostBytes)", tenant: nil)
      return
    }
    let data = Data(bytes)
    do {
      let document = try JSONDecoder().decode(Document.self, from: data)
      let tenant = try TenantID(document.tenant)
      let kind = document.class ?? "hard"
      if kind != "soft", kind != "hard" {
        self = .malformed("its class is neither soft nor hard", tenant: tenant)
      } else if document.tags.contains(where: { $0.isEmpty || $0.utf8.count > Self.longestTag }) {
        self = .malformed("a tag of it is empty or longer than \(Self.longestTag) bytes", tenant: tenant)
      } else {
        self = .touch(
          Touch(
            tenant: tenant, tags: document.tags.map { Tag(tenant, $0) }, class: kind == "hard" ? .hard : .soft,
            mark: document.mark ?? 0))
      }
    } catch {
      let owner = try? JSONDecoder().decode(Owner.self, from: data)
      self = .malformed("it is not the JSON of an event", tenant: owner.flatMap { try? TenantID($0.tenant) })
    }
  }

  var touch: Touch? {
    switch self {
    case .touch(let touch): touch
    case .malformed(_, let tenant?): Touch(tenant: tenant, tags: [.everything(of: tenant)], class: .hard, mark: 0)
    case .malformed(_, nil): nil
    }
  }
}
