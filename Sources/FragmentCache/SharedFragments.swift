// The second level: fragments in Redis, for all processes.
//
// A page's keys are looked up together in one round trip, one script call. What comes back counts only if it is whole, was stored
// under this very key, and is valid at the position held when it comes; this process's own knowledge of the log is the judge, so
// that an entry needs no index beside it. For a key that has nothing, the same call takes a lease: one process makes it and the
// others wait for what it stores, shortly, and then make it themselves, since a lease must never cost more than it saves. The first
// key is the page: while its entry is there, no leases are taken on the parts.
//
// A flush takes the log's life with the entries where both are on one server. What is made before this process knows that would be
// made again, so the log's last entry is asked for behind the look-up, on the same connection: one of another life has the reader
// look now, and the answer is judged after that.
//
// Storing is not waited for. The script keeps an older answer from replacing a newer one of the same life of the log, and gives the
// lease back whether or not Redis had room. A failing Redis costs what the client's deadline and breaker allow, and nothing is tried
// twice.

import ChangeLog
import EventLoop
import Redis
import Tenancy

@LoopActor package final class SharedFragments {
  /// What is known of one key after the look-up.
  package enum Found: Sendable {
    /// Valid at the position held when it came.
    case fragment(Fragment<[UInt8]>)
    /// Nothing valid is there, and this process is the one to make it; it then calls `store` or `release`.
    case lead
    /// Another process is making it: `awaited` waits for that.
    case busy
    /// Redis does not answer, or cannot be relied on now.
    case unreachable
  }

  /// Sums since the start, for operators.
  package struct Counts: Sendable {
    package var trips = 0
    package var hits = 0
    package var misses = 0
    /// Entries that were there and no longer valid.
    package var outdated = 0
    /// Entries that were not whole, or another key's.
    package var corrupt = 0
    package var waits = 0
    package var stores = 0
    /// Of the stores, those not answered yet.
    package var pending = 0
    /// Redis refused to store, or the trip failed.
    package var failures = 0
  }

  package private(set) var counts = Counts()
  private let redis: RedisClient
  private let follower: Follower
  private let revision: String
  private let token: String
  /// The log's reader, and whether one connection reaches the log and this cache.
  private let reader: StreamReader?
  private let isBesideLog: Bool
  /// Leases of this process: another request of it that finds one taken makes the fragment rather than wait for itself.
  private var held: [FragmentKey: Hold] = [:]

  /// Requests that were told to lead, and have not ended; the last one of them gives the lease back, if nothing was stored.
  private struct Hold {
    var requests = 0
    var isLeased = true
  }

  private let patience: Duration
  private let leaseMilliseconds: Int

  /// - Parameters:
  ///   - reader: of the follower's log, where that is a stream.
  ///   - revision: of what renders; other programs' entries are not looked at.
  ///   - lease: a leader that says nothing for so long is gone.
  ///   - patience: with the log's next life; more than its reader gives others to begin it.
  package init(
    in redis: RedisClient, following follower: Follower, readBy reader: StreamReader? = nil, revision: String,
    lease: Duration = .seconds(2), patience: Duration = .milliseconds(400)
  ) {
    self.patience = patience
    leaseMilliseconds = max(1, Int(lease / .milliseconds(1)))
    self.redis = redis
    self.follower = follower
    self.reader = reader
    isBesideLog = reader?.endpoint == redis.endpoint
    self.revision = revision
    token = String(UInt64.random(in: .min ... .max), radix: 36)
  }

  /// Looks for all keys in one round trip; a second one only where an entry is there that is no longer valid.
  /// - Parameter keys: of one tenant; the first contains the others.
  package func find(_ keys: [FragmentKey]) async -> [Found] {
    if let reader, reader.isBetweenLives { await reader.meetEnd(over: redis, atMost: patience) }
    let issued = follower.now
    guard !keys.isEmpty, !follower.isLost(now: issued) else { return unreachable(keys) }
    counts.trips += 1
    guard let answer = await look(for: keys) else {
      counts.failures += 1
      return unreachable(keys)
    }
    guard answer.count == keys.count else { return unreachable(keys) }
    var found = zip(keys, answer).map { judge($1, of: $0, issued: issued) }
    // The page was there, so that nobody leads its parts, but it may not be served.
    let unled = found.indices.filter { if case .unled = found[$0] { true } else { false } }
    if !unled.isEmpty, !isServable(found[0]) { await takeLeases(of: unled.map { keys[$0] }) { found[unled[$0]] = $1 } }
    return zip(keys, found).map { key, state in
      switch state {
      case .fragment(let fragment): return .fragment(fragment)
      case .busy where held[key]?.isLeased != true: return .busy
      case .lead, .busy:
        held[key, default: Hold()].requests += 1
        held[key]?.isLeased = true
        return .lead
      case .unled: return .unreachable
      }
    }
  }

  /// What the script says of the keys, and nothing that was judged by a life of the log that is over; nil if Redis fails.
  private func look(for keys: [FragmentKey]) async -> [RedisReply]? {
    let names = keys.flatMap { [name(of: $0), leaseName(of: $0)] }
    let arguments: [RedisCommand.Word] = [.text(token), .number(leaseMilliseconds)]
    guard isBesideLog else { return try? await Self.look.run(on: redis, keys: names, arguments).array ?? [] }
    // Sent in this order, one behind the other: what is found missing because of a flush is answered before what shows the flush.
    let answer = Loop.task { try await Self.look.run(on: self.redis, keys: names, arguments).array ?? [] }
    let life = Loop.task { await self.meetNextLife() }
    let found = try? await answer.value
    _ = await life.result
    return found
  }

  /// If the log has another life than the one that is followed, waits until it is followed; shortly.
  private func meetNextLife() async {
    guard let reader, isBesideLog, let last = try? await redis.send(reader.lastEntry), !reader.knows(last) else { return }
    await reader.meetEnd(over: redis, atMost: patience)
  }

  /// What another process makes, once it has stored it; nil when it is not there within the time given, or not to be.
  package func awaited(_ key: FragmentKey, atMost patience: Duration) async -> Fragment<[UInt8]>? {
    counts.waits += 1
    let end = follower.now + patience
    var pause = Duration.milliseconds(3)
    while follower.now < end {
      await Loop.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(20))
      let issued = follower.now
      guard
        let replies = try? await redis.send([
          RedisCommand("GET", name(of: key)), RedisCommand("PTTL", name(of: key)),
          RedisCommand("EXISTS", leaseName(of: key)),
        ])
      else { return nil }
      if case .fragment(let fragment) = judge(.array([replies[0], replies[1]]), of: key, issued: issued) { return fragment }
      // Given back, or run out, and nothing came of it.
      guard replies[2] == .integer(1) else {
        await meetNextLife()
        return nil
      }
    }
    return nil
  }

  /// Stores what was made, if others may have it, and ends the lease. Not waited for.
  package func store(_ fragment: Fragment<[UInt8]>, under key: FragmentKey) {
    let life = fragment.basis.freshUntil - follower.now
    guard fragment.basis.isShareable, fragment.basis.freshness == .fresh, life >= .milliseconds(1),
      !follower.isLost(now: follower.now),
      fragment.asOf.epoch == follower.knowledge.position.epoch, let entry = SharedEntry.encode(fragment, under: key)
    else { return release([key]) }
    end(key)
    held[key]?.isLeased = false
    counts.stores += 1
    counts.pending += 1
    let arguments: [RedisCommand.Word] = [.bytes(entry), .number(Int(life / .milliseconds(1))), .text(token)]
    _ = Loop.task {
      defer { self.counts.pending -= 1 }
      do throws(RedisError) {
        _ = try await Self.keep.run(on: self.redis, keys: [self.name(of: key), self.leaseName(of: key)], arguments)
      } catch {
        self.counts.failures += 1
      }
    }
  }

  /// Gives leases back: what they are for is not made here after all, or not for others.
  package func release(_ keys: [FragmentKey]) {
    let own = keys.filter { end($0) }
    guard !own.isEmpty else { return }
    _ = Loop.task { _ = try? await Self.yield.run(on: self.redis, keys: own.map(self.leaseName), [.text(self.token)]) }
  }

  /// - Returns: whether a lease is to be given back: this was the last request that had it, and nothing was stored.
  @discardableResult private func end(_ key: FragmentKey) -> Bool {
    guard var hold = held[key] else { return false }
    hold.requests -= 1
    held[key] = hold.requests > 0 ? hold : nil
    return hold.requests <= 0 && hold.isLeased
  }

  // MARK: Replies

  private enum State {
    case fragment(Fragment<[UInt8]>)
    case lead, busy
    /// Nothing valid is there and nobody was asked to make it.
    case unled
  }

  private func isServable(_ state: State) -> Bool { if case .fragment = state { true } else { false } }

  private func unreachable(_ keys: [FragmentKey]) -> [Found] { keys.map { _ in .unreachable } }

  private func judge(_ reply: RedisReply, of key: FragmentKey, issued: Duration) -> State {
    switch reply {
    case .integer(let state):
      counts.misses += 1
      return state == 1 ? .lead : state == 0 ? .busy : .unled
    case .array(let parts):
      guard parts.count == 2, let bytes = parts[0].bytes, let life = parts[1].integer, life > 0 else { return .unled }
      guard var fragment = SharedEntry.decode(bytes, under: key, freshUntil: issued + .milliseconds(life)) else {
        counts.corrupt += 1
        return .unled
      }
      let verdict = follower.knowledge.verdict(of: key.tenant, asOf: fragment.asOf, tags: fragment.tags)
      guard verdict == .valid else {
        counts.outdated += 1
        return .unled
      }
      counts.hits += 1
      // Checked here and now, as an entry of this process is: it shows everything up to this position.
      let position = follower.knowledge.position
      if fragment.asOf.number < position.number { fragment.asOf = position }
      return .fragment(fragment)
    default: return .unled
    }
  }

  private func takeLeases(of keys: [FragmentKey], _ settle: (Int, State) -> Void) async {
    counts.trips += 1
    let arguments: [RedisCommand.Word] = [.text(token), .number(leaseMilliseconds)]
    guard let answer = try? await Self.lease.run(on: redis, keys: keys.map(leaseName), arguments).array,
      answer.count == keys.count
    else {
      counts.failures += 1
      return
    }
    for (at, reply) in answer.enumerated() { settle(at, reply == .integer(1) ? .lead : .busy) }
  }

  // MARK: Names and scripts

  /// A tenant's keys share a hash tag: in a cluster one call finds them on one server.
  private func name(of key: FragmentKey) -> RedisCommand.Word {
    .bytes(Array("storefront:{\(key.tenant.value)}:f:\(revision):".utf8) + key.bytes)
  }

  private func leaseName(of key: FragmentKey) -> RedisCommand.Word {
    .bytes(Array("storefront:{\(key.tenant.value)}:l:\(revision):".utf8) + key.bytes)
  }

  /// KEYS: each entry and its lease, the page's first. For each entry its value and remaining life; else 1 where the lease is now
  /// the caller's, 0 where it is another's, -1 where none was asked for.
  private static let look = RedisScript(
    """
    local found, page = {}, false
    for i = 1, #KEYS, 2 do
      local value = redis.call('GET', KEYS[i])
      if i == 1 and value then page = true end
      if value then
        found[#found + 1] = {value, redis.call('PTTL', KEYS[i])}
      elseif page then
        found[#found + 1] = -1
      else
        found[#found + 1] = redis.call('SET', KEYS[i + 1], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0
      end
    end
    return found
    """)

  private static let lease = RedisScript(
    """
    local taken = {}
    for i = 1, #KEYS do taken[i] = redis.call('SET', KEYS[i], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0 end
    return taken
    """)

  /// Bytes 8 to 59 of an entry are its stamp and its number, both of fixed length: see `SharedEntry`.
  private static let keep = RedisScript(
    """
    local old, new = redis.call('GETRANGE', KEYS[1], 8, 59), string.sub(ARGV[1], 9, 60)
    local reply = redis.status_reply('OLDER')
    if #old < 52 or string.sub(old, 1, 32) ~= string.sub(new, 1, 32) or string.sub(old, 33) <= string.sub(new, 33) then
      reply = redis.pcall('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    end
    if redis.call('GET', KEYS[2]) == ARGV[3] then redis.call('DEL', KEYS[2]) end
    return reply
    """)

  private static let yield = RedisScript(
    """
    for i = 1, #KEYS do
      if redis.call('GET', KEYS[i]) == ARGV[1] then redis.call('DEL', KEYS[i]) end
    end
    return redis.status_reply('OK')
    """)
}
