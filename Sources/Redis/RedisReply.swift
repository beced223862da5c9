/// What Redis answered to one command, copied out of the connection's buffer.
package enum RedisReply: Hashable, Sendable {
  case null
  case integer(Int64)
  /// `OK`, `PONG`, `QUEUED`.
  case status(String)
  case bytes([UInt8])
  case array([RedisReply])
  /// The server refused the command, or failed at it: `WRONGTYPE Operation against …`.
  case error(String)

  /// A string's bytes; nil for everything else.
  package var bytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }

  /// A string or a status as text; nil for everything else, and for bytes that are no UTF-8.
  package var text: String? {
    switch self {
    case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
    case .status(let text): text
    default: nil
    }
  }

  package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  package var array: [RedisReply]? { if case .array(let items) = self { items } else { nil } }
}
