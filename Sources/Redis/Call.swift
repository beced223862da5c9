import EventLoop

/// Commands that were sent together, and whoever waits for their replies.
final class Call {
  let bytes: [UInt8]
  private let count: Int
  let deadline: MonotonicInstant
  /// The log-in of a connection: that it is answered does not say that calls are.
  let isGreeting: Bool
  private var replies: [RedisReply] = []
  private var finish: ((Result<[RedisReply], RedisError>) -> Void)?

  init(
    _ commands: [RedisCommand], deadline: MonotonicInstant, isGreeting: Bool = false,
    _ finish: @escaping (Result<[RedisReply], RedisError>) -> Void
  ) {
    self.isGreeting = isGreeting
    bytes = commands.count == 1 ? commands[0].encoded : Array(commands.map(\.encoded).joined())
    count = commands.count
    self.deadline = deadline
    self.finish = finish
  }

  /// Nobody waits for it any more, but as replies come in order, its own still have to.
  var isAbandoned: Bool { finish == nil }

  /// - Returns: whether that was the last of its replies.
  func take(_ reply: RedisReply) -> Bool {
    replies.append(reply)
    guard replies.count == count else { return false }
    finish.take()?(.success(replies))
    return true
  }

  func fail(_ error: RedisError) {
    finish.take()?(.failure(error))
  }
}

/// Calls in their order.
struct CallQueue {
  private var calls: [Call] = []
  private var head = 0

  var isEmpty: Bool { head == calls.count }
  var count: Int { calls.count - head }
  var first: Call? { isEmpty ? nil : calls[head] }
  var all: ArraySlice<Call> { calls[head...] }

  mutating func append(_ call: Call) { calls.append(call) }

  mutating func removeFirst() {
    head += 1
    if head == calls.count || head > 1024 {
      calls.removeFirst(head)
      head = 0
    }
  }

  mutating func removeAll() -> [Call] {
    defer { (calls, head) = ([], 0) }
    return Array(all)
  }
}
