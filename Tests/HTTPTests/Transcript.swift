@testable import HTTP

/// What a client would read if it sent these packets, the `Date` line aside. The handler echoes what it was given.
struct Transcript: Equatable, CustomStringConvertible {
  var bytes: [UInt8] = []
  var statuses: [Int] = []
  var requests: [String] = []
  var isClosed = false
  var rule = ""

  var description: String { "\(statuses)\(isClosed ? " closed" : "") \(rule) \(requests)" }

  static func of(_ packets: [ArraySlice<UInt8>], limits: ServerLimits = ServerLimits()) -> Transcript {
    var transcript = Transcript()
    let conversation = Conversation(limits: limits, remoteAddress: "192.0.2.1")
    for packet in packets where !transcript.isClosed {
      // An allocation of the packet's own size: a read beyond it is seen by the address sanitizer.
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: packet.count, alignment: 1)
      copy.copyBytes(from: packet)
      conversation.offer(UnsafeRawBufferPointer(copy))
      transcript.run(conversation)
      conversation.settle()
      copy.deallocate()
    }
    return transcript
  }

  static func whole(_ bytes: [UInt8], limits: ServerLimits = ServerLimits()) -> Transcript { of([bytes[...]], limits: limits) }

  static func dripped(_ bytes: [UInt8], limits: ServerLimits = ServerLimits()) -> Transcript {
    of(bytes.indices.map { bytes[$0...$0] }, limits: limits)
  }

  private mutating func run(_ conversation: Conversation) {
    while true {
      switch conversation.next() {
      case .idle: return
      case .proceed: bytes += Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
      case .request(let request):
        let line = "\(request.method.name) \(request.host) \(request.path) ?\(request.query) \(request.body.count)"
        requests.append(line)
        let response = request.isForServer ? HTTPResponse.capabilities : HTTPResponse(body: Array(line.utf8) + request.body)
        let closes = !conversation.keepsAlive
        write(response, closes, request)
        conversation.answered(closes: closes)
        if closes { isClosed = true; return }
      case .refusal(let refusal):
        rule = refusal.rule
        write(.plain(refusal.status, closes: true), true, nil)
        isClosed = true
        return
      }
    }
  }

  private mutating func write(_ response: HTTPResponse, _ closes: Bool, _ request: HTTPRequest?) {
    var head = ResponseHead()
    head.write(response, date: [], closes: closes, speaksHTTP10: request?.isHTTP10 ?? false)
    statuses.append(response.status)
    bytes += head.bytes
    if request?.method != .head { bytes += response.body }
  }
}

extension [UInt8] {
  init(latin1 text: String) { self = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
}
