// A connection's protocol, without the connection: bytes in, events out. One request is answered at a time and in order; what
// arrives behind it waits here, and `wantsBytes` turns false when enough waits. The owner performs what the events say.
//
// Bytes are offered where they lie. Only what could not be consumed before `settle()` is copied.

import CBeast

final class Conversation {
  enum Event {
    /// Nothing to do until more bytes come.
    case idle
    /// Say `100 Continue`, then ask again.
    case proceed
    /// Answer it, then call `answered`.
    case request(HTTPRequest)
    /// Answer it, stop writing; nothing more will come.
    case refusal(Refusal)
  }

  struct Refusal: Equatable {
    let status: Int
    let rule: String
  }

  enum Phase { case between, head, body, answering, over }

  private(set) var phase = Phase.between
  /// Of the request being answered.
  private(set) var keepsAlive = true
  private(set) var isHead = false

  private let reader: OpaquePointer
  private let pendingLimit: Int
  private let remoteAddress: String
  private var offered = UnsafeRawBufferPointer(start: nil, count: 0)
  private var pending: [UInt8] = []
  private var pendingStart = 0
  private var isAnswering = false
  private var isOver = false
  private var host = ""

  init(limits: ServerLimits, remoteAddress: String) {
    reader = reader_new(
      reader_limits(
        head: limits.headBytes, target: limits.targetBytes, body: limits.bodyBytes, trailers: limits.trailerBytes,
        patches: limits.takesPatch))
    pendingLimit = limits.pendingBytes
    self.remoteAddress = remoteAddress
  }

  deinit { reader_free(reader) }

  var wantsBytes: Bool { pending.count - pendingStart < pendingLimit }

  /// What has come of the request's body.
  var bodyBytes: Int { reader_request(reader).body_count }

  /// Bytes of a request, whole or in part, are waiting to be looked at.
  var hasPending: Bool { pendingStart < pending.count || !offered.isEmpty }

  /// Makes bytes available to `next()`; they must stay where they are until `settle()`.
  func offer(_ bytes: UnsafeRawBufferPointer) {
    if pendingStart < pending.count { pending.append(contentsOf: bytes) } else { offered = bytes }
  }

  /// Copies what is left of the offered bytes.
  func settle() {
    if offered.isEmpty { return }
    if pendingStart == pending.count {
      pending.removeAll(keepingCapacity: pending.capacity <= 4096)
      pendingStart = 0
    }
    if !isOver { pending.append(contentsOf: offered) }
    offered = UnsafeRawBufferPointer(start: nil, count: 0)
  }

  func next() -> Event {
    if isAnswering || isOver { return .idle }
    var used = 0
    let event: reader_event
    if pendingStart < pending.count {
      event = pending.withUnsafeBytes { feed(UnsafeRawBufferPointer(rebasing: $0[pendingStart...]), &used) }
      pendingStart += used
      if pendingStart == pending.count { dropPending() }
    } else if !offered.isEmpty {
      event = feed(offered, &used)
      offered = UnsafeRawBufferPointer(rebasing: offered[used...])
    } else {
      return .idle
    }
    return read(event)
  }

  /// The response to the last request has been written; `closes` when it said so.
  func answered(closes: Bool) {
    isAnswering = false
    reader_next(reader)
    if closes { finish() } else { phase = .between }
  }

  /// Nothing of what may still come is to be looked at.
  func finish() {
    isOver = true
    phase = .over
    dropPending()
    // A connection may linger; the half of a body it was refused for does not.
    reader_next(reader)
  }

  // The request is copied out here, while the bytes it points to are where they were.
  private var made: HTTPRequest?

  private func feed(_ bytes: UnsafeRawBufferPointer, _ used: inout Int) -> reader_event {
    let event = reader_feed(reader, bytes.baseAddress!.assumingMemoryBound(to: UInt8.self), bytes.count, &used)
    if event == READER_COMPLETE { made = makeRequest() }
    return event
  }

  private func read(_ event: reader_event) -> Event {
    switch event {
    case READER_COMPLETE:
      isAnswering = true
      phase = .answering
      return .request(made.take()!)
    case READER_CONTINUES:
      phase = .body
      return .proceed
    case READER_REFUSED:
      let refusal = Refusal(status: Int(reader_status(reader)), rule: String(cString: reader_rule(reader)))
      finish()
      return .refusal(refusal)
    default:
      switch reader_where(reader) {
      case READER_IN_HEAD: phase = .head
      case READER_IN_BODY: phase = .body
      default: phase = .between
      }
      return .idle
    }
  }

  private func makeRequest() -> HTTPRequest {
    let view = reader_request(reader)
    keepsAlive = view.keeps_alive
    isHead = view.method == READER_HEAD
    // Nearly every request of a connection is for the host of the one before.
    let name = UnsafeBufferPointer(start: view.host, count: Int(view.host_count))
    if !host.utf8.elementsEqual(name) { host = String(decoding: name, as: UTF8.self) }
    let path = Int(view.path)
    let query = Int(view.query)
    return HTTPRequest(
      method: Method(view.method), host: host,
      path: String(decoding: UnsafeBufferPointer(start: view.decoded, count: Int(view.decoded_count)), as: UTF8.self),
      body: view.body_count == 0 ? [] : Array(UnsafeBufferPointer(start: view.body, count: view.body_count)),
      remoteAddress: remoteAddress, isHTTP10: view.is_http10,
      head: Array(UnsafeBufferPointer(start: view.head, count: Int(view.head_count))),
      pathRange: path..<path + Int(view.path_count), queryRange: query..<query + Int(view.query_count),
      fieldsStart: Int(view.fields))
  }

  private func dropPending() {
    pending.removeAll(keepingCapacity: pending.capacity <= 4096)
    pendingStart = 0
    if isOver { offered = UnsafeRawBufferPointer(start: nil, count: 0) }
  }
}

extension Method {
  init(_ method: reader_method) {
    switch method {
    case READER_HEAD: self = .head
    case READER_POST: self = .post
    case READER_OPTIONS: self = .options
    case READER_PATCH: self = .patch
    default: self = .get
    }
  }
}
