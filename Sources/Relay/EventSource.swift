// The core API's stream of change events, read by a consumer group: each event goes to one relay, stays pending until it is
// acknowledged, and is claimed by another relay when its own does not acknowledge it in two seconds. Events that were lost before
// any relay read them cannot be told one by one, but that there were some can: the group or the stream is gone; the server has
// another replication id than when a relay last looked (a restart, a fail-over, a restored copy may each have lost the newest);
// more was trimmed from the stream than the group has read of it (Redis 7 counts both); or a pending event was trimmed away.

import EventLoop
import Redis

/// One relay's place in the group.
@LoopActor final class EventSource {
  struct Entry: Hashable {
    let id: String
    /// nil for an entry that has no `event`.
    let event: [UInt8]?
  }

  struct Reading {
    var entries: [Entry] = []
    /// Events may have been lost, and why that is believed.
    var gap: String?
  }

  private let client: RedisClient
  private let key: String
  private let group: String
  private let consumer: String
  private var connection = 0
  private var hasLostPending = false

  static let page = 100
  private static let block = Duration.milliseconds(500)
  private static let claimAfter = Duration.seconds(2)

  init(_ client: RedisClient, key: String, group: String, consumer: String) {
    self.client = client
    self.key = key
    self.group = group
    self.consumer = consumer
  }

  /// Where it stands in the server's memory which server the group was last read from.
  private var markKey: String { "{\(key)}:\(group)" }
  /// Who closes a gap.
  private var closingKey: String { markKey + ":closing" }

  /// New events, waiting for them a short time.
  /// - Throws: what the connection throws; a group that is not there is a gap.
  func read() async throws(RedisError) -> Reading {
    let isNew = connection != client.counts.connections || !client.isConnected
    if let gap = try await isNew ? anotherServer() : trimmed() { return Reading(gap: gap) }
    do throws(RedisError) {
      let reply = try await client.send(
        RedisCommand(
          "XREADGROUP", "GROUP", .text(group), .text(consumer), "COUNT", .number(Self.page), "BLOCK", "500", "STREAMS",
          .text(key),
          ">"), within: .seconds(1) + Self.block)
      if reply == .null { return Reading() }
      // [[key, entries]]
      guard let entries = reply.array?.first?.array?.last?.array else { throw unreadable }
      return Reading(entries: entries.compactMap(Self.entry))
    } catch {
      // The second is what one who waits is told when the stream goes.
      guard error.serverWord == "NOGROUP" || error.serverWord == "UNBLOCKED" else { throw error }
      return Reading(gap: "the stream or its group is gone")
    }
  }

  /// Events that a relay took and has not acknowledged in time.
  func claim() async throws(RedisError) -> Reading {
    let reply = try await client.send(
      RedisCommand(
        "XAUTOCLAIM", .text(key), .text(group), .text(consumer), .number(Int(Self.claimAfter / .milliseconds(1))), "0-0", "COUNT",
        .number(Self.page)))
    guard let parts = reply.array, parts.count >= 2, let entries = parts[1].array else { throw unreadable }
    let lost = parts.count > 2 ? parts[2].array?.count ?? 0 : entries.count { $0 == .null }
    if lost > 0 { hasLostPending = true }
    return Reading(
      entries: entries.compactMap(Self.entry), gap: lost > 0 ? "\(lost) pending events were trimmed from the stream" : nil)
  }

  func acknowledge(_ ids: [String]) async throws(RedisError) {
    guard !ids.isEmpty else { return }
    _ = try await client.send(RedisCommand(["XACK", .text(key), .text(group)] + ids.map { .text($0) }))
  }

  /// Of several relays that found the same gap one closes it: each begins another life of the log, in which all is made again.
  func takesGap() async throws(RedisError) -> Bool {
    // Nobody else knows of what this relay has claimed.
    if hasLostPending { return true }
    guard try await client.send(RedisCommand("SET", .text(closingKey), .text(consumer), "NX", "PX", "2000")).text == "OK" else {
      return false
    }
    // It was found a moment ago, and another may have closed it since.
    if try await anotherServer() != nil { return true }
    _ = try await client.send(RedisCommand("DEL", .text(closingKey)))
    return false
  }

  /// To be called when all has been touched that a gap may have lost: makes the group where it is gone, from the stream's beginning,
  /// for what is read twice does no harm; and remembers what is known of the stream now.
  func closeGap() async throws(RedisError) {
    do throws(RedisError) {
      _ = try await client.send(RedisCommand("XGROUP", "CREATE", .text(key), .text(group), "0", "MKSTREAM"))
    } catch {
      guard error.serverWord == "BUSYGROUP" else { throw error }
      if let state = try await state(), let trimmed = state.trimmed, let read = state.read, read < trimmed {
        _ = try await client.send(
          RedisCommand(
            "XGROUP", "SETID", .text(key), .text(group), .text(state.lastDelivered), "ENTRIESREAD", .number(trimmed)))
      }
    }
    _ = try await client.send(RedisCommand("SET", .text(markKey), .text(try await replication())))
    _ = try await client.send(RedisCommand("DEL", .text(closingKey)))
    connection = client.counts.connections
    hasLostPending = false
  }

  /// Takes this relay out of the group, unless something it took is not acknowledged: that stays, for another to claim.
  func leave() async throws(RedisError) {
    let pending = try await client.send(
      RedisCommand("XPENDING", .text(key), .text(group), "-", "+", "1", .text(consumer)))
    guard pending == .array([]) else { return }
    _ = try await client.send(RedisCommand("XGROUP", "DELCONSUMER", .text(key), .text(group), .text(consumer)))
  }
}

// MARK: What is known of the stream

extension EventSource {
  private func anotherServer() async throws(RedisError) -> String? {
    let known = try await client.send(RedisCommand("GET", .text(markKey))).text
    let current = try await replication()
    guard known == current else {
      return known == nil ? "no relay has read the stream before" : "the server is another, or was restarted"
    }
    let gap = try await trimmed()
    if gap == nil { connection = client.counts.connections }
    return gap
  }

  private func trimmed() async throws(RedisError) -> String? {
    guard let state = try await state() else { return "the stream or its group is gone" }
    guard let trimmed = state.trimmed, let read = state.read, read < trimmed else { return nil }
    return "\(trimmed - read) events were trimmed from the stream before they were read"
  }

  private struct StreamState {
    /// How many entries were trimmed, and how many the group has read; nil where the server does not say (before Redis 7).
    var trimmed: Int?
    var read: Int?
    var lastDelivered = "0-0"
  }

  /// - Returns: nil when there is no such stream or group.
  private func state() async throws(RedisError) -> StreamState? {
    let replies = try await client.send([
      RedisCommand("XINFO", "STREAM", .text(key)), RedisCommand("XINFO", "GROUPS", .text(key)),
    ])
    for case .error(let message) in replies {
      if message.hasPrefix("ERR no such key") { return nil }
      throw RedisError(.server, message)
    }
    let stream = Self.fields(replies[0])
    guard let group = replies[1].array?.map(Self.fields).first(where: { $0["name"]?.text == group }) else { return nil }
    var state = StreamState()
    if let added = stream["entries-added"]?.integer, let length = stream["length"]?.integer {
      state.trimmed = Int(added - length)
    }
    state.read = group["entries-read"]?.integer.map { Int($0) }
    state.lastDelivered = group["last-delivered-id"]?.text ?? "0-0"
    return state
  }

  private func replication() async throws(RedisError) -> String {
    let info = try await client.send(RedisCommand("INFO", "replication")).text ?? ""
    let line = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("master_replid:") }
    guard let line else {
      throw RedisError(.malformed, "\(client.endpoint): the server tells no replication id, so a fail-over would not show")
    }
    return String(line.dropFirst("master_replid:".count))
  }

  private static func fields(_ reply: RedisReply) -> [String: RedisReply] {
    let items = reply.array ?? []
    var fields: [String: RedisReply] = [:]
    for place in stride(from: 0, to: items.count - 1, by: 2) {
      if let name = items[place].text { fields[name] = items[place + 1] }
    }
    return fields
  }

  private static func entry(_ reply: RedisReply) -> Entry? {
    guard let parts = reply.array, parts.count == 2, let id = parts[0].text else { return nil }
    return Entry(id: id, event: fields(parts[1])["event"]?.bytes)
  }

  private var unreadable: RedisError {
    RedisError(.malformed, "\(client.endpoint): what it answered about \(key) cannot be read")
  }
}
