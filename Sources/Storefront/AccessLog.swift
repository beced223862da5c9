import Delivery
import EventLoop
import Glibc
import HTTP
import Tenancy

/// One JSON object a line for every request, the tenant first. Lines are gathered and written off the loop, once a second or
/// when 64 KiB have come together; a log that cannot be written costs lines, which are counted, and never a page.
@LoopActor package final class AccessLog {
  static let batchBytes = 64 << 10
  /// More than this waiting means that nobody takes the log: later lines are lost until somebody does.
  static let mostPending = 4 << 20

  private let descriptor: Int32
  private var pending: [UInt8] = []
  private var isWriting = false
  private var timer: EventLoop.Timer?
  private var second: Int = 0
  private var stamp: [UInt8] = []
  package private(set) var lostLines = 0

  /// - Parameter descriptor: where lines go; not closed.
  package init(writingTo descriptor: Int32 = 1) {
    self.descriptor = descriptor
    pending.reserveCapacity(AccessLog.batchBytes + 4096)
    timer = EventLoop.Timer(after: .seconds(1), repeating: .seconds(1)) { [weak self] in self?.flush() }
  }

  /// What the gate refused: whose shop it was meant for is not known, what it said is not to be repeated.
  func record(refused exchange: Exchange) {
    guard pending.count < AccessLog.mostPending else {
      lostLines += 1
      return
    }
    refreshStamp()
    pending.append(contentsOf: stamp)
    pending.append(text: "\"status\":")
    pending.append(number: exchange.status)
    pending.append(text: ",\"peer\":")
    pending.append(contentsOf: JSONText.quoted(exchange.remoteAddress).utf8)
    pending.append(text: ",\"refused\":")
    pending.append(contentsOf: JSONText.quoted(exchange.rule ?? "").utf8)
    pending.append(text: "}\n")
    if pending.count >= AccessLog.batchBytes { flush() }
  }

  /// - Parameter bytes: of the body.
  func record(_ request: HTTPRequest, tenant: TenantID?, status: Int, bytes: Int, microseconds: Int, cache: CacheStatus?) {
    guard pending.count < AccessLog.mostPending else {
      lostLines += 1
      return
    }
    refreshStamp()
    pending.append(contentsOf: stamp)
    if let tenant {
      pending.append(text: "\"tenant\":\"")
      pending.append(contentsOf: tenant.value.utf8)
      pending.append(text: "\",")
    }
    // The gate lets neither quotes nor backslashes nor control bytes into a host or a target, so both stand in JSON as they are.
    pending.append(text: "\"host\":\"")
    pending.append(contentsOf: request.host.utf8)
    pending.append(text: "\",\"method\":\"")
    pending.append(text: request.method.name)
    pending.append(text: "\",\"path\":\"")
    request.appendTarget(to: &pending)
    pending.append(text: "\",\"status\":")
    pending.append(number: status)
    pending.append(text: ",\"bytes\":")
    pending.append(number: bytes)
    pending.append(text: ",\"us\":")
    pending.append(number: microseconds)
    if let cache {
      pending.append(text: ",\"cache\":\"")
      pending.append(text: cache.word)
      pending.append(text: "\"")
    }
    pending.append(text: "}\n")
    if pending.count >= AccessLog.batchBytes { flush() }
  }

  package func flush() {
    guard !isWriting, !pending.isEmpty else { return }
    isWriting = true
    let batch = pending
    pending.removeAll(keepingCapacity: true)
    Loop.task { [descriptor] in
      let written = await Loop.offLoop { AccessLog.write(batch, to: descriptor) }
      if written < batch.count { self.lostLines += batch[written...].count { $0 == 0x0a } }
      self.isWriting = false
      if self.pending.count >= AccessLog.batchBytes { self.flush() }
    }
  }

  /// What is left, at the end of the process: after the batch that is being written, if there is one.
  package func finish() async {
    timer = nil
    flush()
    // A reader that has stopped must not keep the process from ending.
    for _ in 0..<200 where isWriting || !pending.isEmpty {
      await Loop.sleep(for: .milliseconds(5))
      flush()
    }
  }

  nonisolated private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int {
    var count = 0
    while count < bytes.count {
      let put = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + count, $0.count - count) }
      if put < 0, errno == EINTR { continue }
      guard put > 0 else { break }
      count += put
    }
    return count
  }

  /// `{"ts":"2026-03-01T09:00:00Z",` is written out once a second.
  private func refreshStamp() {
    let now = time(nil)
    guard now != second else { return }
    second = now
    stamp = Array("{\"ts\":\"\(Timestamp.now)\",".utf8)
  }
}

extension [UInt8] {
  fileprivate mutating func append(text: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  fileprivate mutating func append(number: Int) {
    if number < 10, number >= 0 {
      append(0x30 + UInt8(number))
    } else {
      append(contentsOf: String(number).utf8)
    }
  }
}

extension CacheStatus {
  fileprivate var word: StaticString {
    switch outcome {
    case .hit: "hit"
    case .sharedHit: "shared"
    case .staleHit: "stale"
    case .lastKnownGood: "last-known-good"
    case .miss(_, _, let collapsed, _): collapsed ? "collapsed" : "miss"
    }
  }
}
