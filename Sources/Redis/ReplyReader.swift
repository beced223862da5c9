// Bytes of a connection to replies: hiredis's parser, which calls back for each piece, builds the replies without trees of its own
// in between. What it calls for goes on a stack: an array that is not full takes the next piece; one that got its last is itself
// a piece of the array below. A reply has a size limit, counted while it grows: a server may announce more than there is memory.

import CHiredis

final class ReplyReader {
  private let reader: UnsafeMutablePointer<redisReader>
  private let limit: Int
  private var size = 0
  private var open: [(items: [RedisReply], count: Int)] = []
  private var finished: RedisReply?

  /// - Parameter limit: bytes of one reply, and of what is buffered of it.
  init(limit: Int) {
    self.limit = limit
    reader = redisReaderCreateWithFunctions(Self.functions)
    // A buffer that grew stays for the next reply of that size.
    reader.pointee.maxbuf = 1 << 20
    reader.pointee.privdata = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit { redisReaderFree(reader) }

  func feed(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
    guard reader.pointee.len - reader.pointee.pos + bytes.count <= limit + (64 << 10) else { throw tooLarge }
    guard redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count) == 0 else { throw failure }
  }

  /// The next whole reply; nil when more bytes are needed for one. After an error the reader is of no use.
  func next() throws(RedisError) -> RedisReply? {
    var reply: UnsafeMutableRawPointer?
    guard redisReaderGetReply(reader, &reply) == 0 else { throw failure }
    guard reply != nil else { return nil }
    size = 0
    return finished.take()
  }

  private var tooLarge: RedisError { RedisError(.malformed, "a reply of Redis is larger than \(limit) bytes") }

  private var failure: RedisError {
    if size > limit { return tooLarge }
    let text = withUnsafeBytes(of: &reader.pointee.errstr) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return RedisError(.malformed, "what came from Redis is no reply: \(text)")
  }

  /// - Returns: what hiredis takes for the piece it asked for; nil, which it reports as an error, when the reply is too large.
  private func add(_ reply: RedisReply, bytes: Int = 0) -> UnsafeMutableRawPointer? {
    guard grow(by: bytes) else { return nil }
    var piece = reply
    while var array = open.popLast() {
      array.items.append(piece)
      guard array.items.count == array.count else {
        open.append(array)
        return Unmanaged.passUnretained(self).toOpaque()
      }
      piece = .array(array.items)
    }
    finished = piece
    return Unmanaged.passUnretained(self).toOpaque()
  }

  private func begin(_ count: Int) -> UnsafeMutableRawPointer? {
    guard count > 0 else { return add(.array([])) }
    guard grow(by: 0) else { return nil }
    var items: [RedisReply] = []
    items.reserveCapacity(min(count, 1024))
    open.append((items, count))
    return Unmanaged.passUnretained(self).toOpaque()
  }

  private func grow(by bytes: Int) -> Bool {
    size += bytes + MemoryLayout<RedisReply>.stride
    return size <= limit
  }

  private static func of(_ task: UnsafePointer<redisReadTask>?) -> ReplyReader {
    Unmanaged<ReplyReader>.fromOpaque(task!.pointee.privdata).takeUnretainedValue()
  }

  // Written once, read by hiredis alone.
  nonisolated(unsafe) private static let functions: UnsafeMutablePointer<redisReplyObjectFunctions> = {
    let functions = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
    functions.initialize(
      to: redisReplyObjectFunctions(
        createString: { task, text, count in
          let bytes = UnsafeRawBufferPointer(start: text, count: count)
          let reply: RedisReply =
            switch task!.pointee.type {
            case REDIS_REPLY_STATUS: .status(String(decoding: bytes, as: UTF8.self))
            case REDIS_REPLY_ERROR: .error(String(decoding: bytes, as: UTF8.self))
            default: .bytes(Array(bytes))
            }
          return ReplyReader.of(task).add(reply, bytes: count)
        },
        createArray: { task, count in ReplyReader.of(task).begin(Int(count)) },
        createInteger: { task, value in ReplyReader.of(task).add(.integer(value)) },
        createNil: { task in ReplyReader.of(task).add(.null) },
        // There is nothing to free: hiredis holds this reader in every place where it would hold a tree.
        freeObject: nil))
    return functions
  }()
}
