import Redis
import Tenancy

/// How an entry stands in the stream: the id `N-0`, and the fields `nonce` and `replid` (the log's life), `tenant`, `class` (`soft`,
/// `hard`), `mark`, and `tag` as often as there are tags. One without a tenant is a heartbeat, or with `opening` a
/// follower's. Everybody may write to a stream, so
/// nothing is taken for granted: what has another form is no entry.
enum StreamEntry {
  /// The greatest number that Lua counts without a gap.
  static let greatestNumber: UInt64 = 1 << 53

  static func words(tenant: TenantID, tags: [Tag], class: ChangeClass, mark: UInt64) -> [RedisCommand.Word] {
    var words: [RedisCommand.Word] = ["tenant", .text(tenant.value), "class", `class` == .hard ? "hard" : "soft"]
    if mark > 0 { words += ["mark", .text("\(mark)")] }
    for tag in tags { words += ["tag", .text(tag.name)] }
    return words
  }

  /// - Parameter reply: an entry as XREAD answers it.
  /// - Returns: its id, with which reading goes on, and the change; no change where it has another form.
  static func read(_ reply: RedisReply) -> (id: String, change: Change?)? {
    guard let parts = reply.array, parts.count == 2, let id = parts[0].text else { return nil }
    return (id, change(id, parts[1].array ?? []))
  }

  private static func change(_ id: String, _ fields: [RedisReply]) -> Change? {
    guard let number = number(of: id), fields.count.isMultiple(of: 2) else { return nil }
    var tenant: TenantID?
    var kind = ChangeClass.soft
    var nonce = ""
    var replication = ""
    var mark: UInt64 = 0
    var names: [String] = []
    var isOpening = false
    for place in stride(from: 0, to: fields.count, by: 2) {
      guard let name = fields[place].text, let value = fields[place + 1].text else { return nil }
      switch name {
      case "nonce": nonce = value
      case "replid": replication = value
      case "tag": names.append(value)
      case "tenant":
        guard let known = try? TenantID(value) else { return nil }
        tenant = known
      case "class":
        guard value == "soft" || value == "hard" else { return nil }
        kind = value == "hard" ? .hard : .soft
      case "mark":
        guard let known = UInt64(value) else { return nil }
        mark = known
      case "opening": isOpening = true
      // A later version may say more.
      default: break
      }
    }
    guard let stamp = Stamp(replication: replication, nonce: nonce) else { return nil }
    guard let tenant else {
      return names.isEmpty
        ? Change(tenant: nil, tags: [], class: kind, number: number, stamp: stamp, mark: mark, isOpening: isOpening) : nil
    }
    return Change(
      tenant: tenant, tags: names.map { Tag(tenant, $0) }, class: kind, number: number, stamp: stamp, mark: mark)
  }

  /// - Returns: N of the id `N-0`.
  static func number(of id: String) -> UInt64? {
    guard id.hasSuffix("-0"), let number = UInt64(id.dropLast(2)), (1...greatestNumber).contains(number) else { return nil }
    return number
  }
}

extension Stamp {
  /// - Parameters:
  ///   - replication: the server's `master_replid`, 40 hexadecimal digits drawn at random at each start and fail-over.
  ///   - nonce: 32 of them, drawn when the stream began.
  init?(replication: String, nonce: String) {
    guard replication.utf8.count == 40, nonce.utf8.count == 32 else { return nil }
    func half(_ text: String, _ start: Int) -> UInt64? {
      let digits = text.utf8.dropFirst(start).prefix(16)
      guard digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else { return nil }
      return UInt64(Substring(digits), radix: 16)
    }
    guard let a = half(replication, 0), let b = half(replication, 16), let c = half(nonce, 0), let d = half(nonce, 16) else {
      return nil
    }
    // Each is random: together they are as hard to meet twice as one of them.
    self.init(high: a ^ c, low: b ^ d)
  }
}
