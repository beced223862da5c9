// One request on its way: libcurl's easy handle, what its callbacks gathered, and the task that waits.
//
// A handle is kept for the next request, with the options that never change; the others are all set anew each time, so that
// nothing of one request is in the next.

import CCurl
import EventLoop

@LoopActor final class Transfer {
  let result = Awaited<Result<HTTPClient.Response, HTTPClientError>>()
  let easy: Easy
  private let request: HTTPClient.Request
  private let limits: HTTPClient.Limits
  private var head = AnswerHead()
  private var body: [UInt8] = []
  private var fault: HTTPClientError?
  private var lists: [UnsafeMutablePointer<curl_slist>?] = []

  init(_ request: HTTPClient.Request, on easy: Easy, limits: HTTPClient.Limits) {
    self.request = request
    self.easy = easy
    self.limits = limits
  }

  isolated deinit {
    for list in lists { curl_slist_free_all(list) }
  }

  /// - Parameter addresses: of a host that is a name.
  func prepare(addresses: [String], milliseconds: Int) {
    let handle = easy.handle
    let endpoint = request.endpoint
    easy.set(CURLOPT_URL, endpoint.origin + endpoint.path + request.target)
    ccurl_set_number(handle, CURLOPT_TIMEOUT_MS, milliseconds)
    ccurl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, min(milliseconds, limits.connectMilliseconds))
    ccurl_set_pointer(handle, CURLOPT_HTTPHEADER, list(of: lines()))
    let resolved = addresses.isEmpty ? [] : ["\(endpoint.host):\(endpoint.port):\(addresses.joined(separator: ","))"]
    ccurl_set_pointer(handle, CURLOPT_RESOLVE, list(of: resolved))
    let me = Unmanaged.passUnretained(self).toOpaque()
    ccurl_set_pointer(handle, CURLOPT_HEADERDATA, me)
    ccurl_set_pointer(handle, CURLOPT_WRITEDATA, me)
    setMethod()
    easy.clearErrorText()
  }

  private func setMethod() {
    let handle = easy.handle
    ccurl_set_number(handle, CURLOPT_HTTPGET, 1)
    ccurl_set_pointer(handle, CURLOPT_CUSTOMREQUEST, nil)
    // libcurl sends a request again when a kept connection turns out to be dead. What changes something goes on a fresh
    // connection, where it does not.
    ccurl_set_number(handle, CURLOPT_FRESH_CONNECT, request.method.isSafe ? 0 : 1)
    switch request.method {
    case .get: break
    case .head: ccurl_set_number(handle, CURLOPT_NOBODY, 1)
    case .options: easy.set(CURLOPT_CUSTOMREQUEST, "OPTIONS")
    case .post, .patch:
      ccurl_set_number(handle, CURLOPT_POST, 1)
      ccurl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
      request.body.withUnsafeBytes {
        _ = ccurl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, $0.baseAddress ?? UnsafeRawPointer(easy.nothing))
      }
      if request.method == .patch { easy.set(CURLOPT_CUSTOMREQUEST, "PATCH") }
    }
  }

  /// The caller's fields, and without those that libcurl would add for it.
  private func lines() -> [String] {
    var lines = String(decoding: request.headers.bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)
    lines.append("Expect:")
    if !lines.contains(where: { $0.lowercased().hasPrefix("content-type:") }) { lines.append("Content-Type:") }
    return lines
  }

  /// Lives as long as the transfer does: libcurl does not copy it.
  private func list(of lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    for line in lines { list = curl_slist_append(list, line) }
    lists.append(list)
    return list
  }

  // MARK: What libcurl calls

  func took(headLine line: UnsafeBufferPointer<UInt8>) -> Bool {
    do throws(AnswerHead.Fault) {
      try head.take(line, limit: limits.headBytes, isAnswerToHead: request.method == .head)
    } catch {
      switch error {
      case .tooLong: fault = HTTPClientError(.tooLarge, "the answer's head is over \(limits.headBytes) bytes")
      case .framing(let what): fault = HTTPClientError(.protocol, "the answer has \(what)")
      }
      return false
    }
    if let length = head.length, request.method != .head, body.isEmpty, body.capacity == 0 {
      guard length <= limits.answerBytes else { return tooLarge() }
      body.reserveCapacity(length)
    }
    return true
  }

  func took(body bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard body.count + bytes.count <= limits.answerBytes else { return tooLarge() }
    body.append(contentsOf: bytes)
    return true
  }

  private func tooLarge() -> Bool {
    fault = HTTPClientError(.tooLarge, "the answer is over \(limits.answerBytes) bytes")
    return false
  }

  func end(_ code: CURLcode) {
    if code == CURLE_OK, fault == nil, head.status >= 200 {
      return result.settle(.value(.success(HTTPClient.Response(status: head.status, fields: head.fields, body: body))))
    }
    result.settle(.value(.failure(fault ?? error(code))))
  }

  private func error(_ code: CURLcode) -> HTTPClientError {
    let text = easy.errorText ?? String(cString: curl_easy_strerror(code))
    let reason = "\(request.endpoint.origin): \(text)"
    switch code {
    case CURLE_OPERATION_TIMEDOUT where ccurl_connected_after(easy.handle) == 0: return HTTPClientError(.refused, reason)
    case CURLE_OPERATION_TIMEDOUT: return HTTPClientError(.timeout, reason)
    case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER:
      return HTTPClientError(.refused, reason)
    case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE: return HTTPClientError(.reset, reason)
    case CURLE_URL_MALFORMAT: return HTTPClientError(.request, reason)
    default: return HTTPClientError(.protocol, reason)
    }
  }
}

/// libcurl's handle of one transfer at a time, with what is the same for all of them.
@LoopActor final class Easy {
  let handle: UnsafeMutableRawPointer
  /// Stands for a body of no bytes, which no pointer would mean "read it from standard input".
  let nothing = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
  private let text = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

  init?() {
    nothing.pointee = 0
    text.pointee = 0
    guard let handle = curl_easy_init() else {
      nothing.deallocate()
      text.deallocate()
      return nil
    }
    self.handle = handle
    ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, text)
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    // Not even one that the environment names.
    set(CURLOPT_PROXY, "")
    ccurl_set_number(handle, CURLOPT_FOLLOWLOCATION, 0)
    ccurl_set_number(handle, CURLOPT_PATH_AS_IS, 1)
    ccurl_set_number(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    ccurl_set_number(handle, CURLOPT_NOSIGNAL, 1)
    // A look-up that is taken away is not waited for; see Resolver, which leaves libcurl none to make.
    ccurl_set_number(handle, CURLOPT_QUICK_EXIT, 1)
    ccurl_set_sinks(
      handle, { @Sendable bytes, size, count, context in Easy.hand(bytes, size * count, to: context) { $0.took(headLine: $1) } },
      { @Sendable bytes, size, count, context in Easy.hand(bytes, size * count, to: context) { $0.took(body: $1) } })
  }

  isolated deinit {
    curl_easy_cleanup(handle)
    text.deallocate()
    nothing.deallocate()
  }

  func set(_ option: CURLoption, _ value: String) { _ = value.withCString { ccurl_set_pointer(handle, option, $0) } }

  func clearErrorText() { text.pointee = 0 }

  var errorText: String? { text.pointee == 0 ? nil : String(cString: text) }

  private nonisolated static func hand(
    _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, to context: UnsafeMutableRawPointer?,
    _ take: @LoopActor (Transfer, UnsafeBufferPointer<UInt8>) -> Bool
  ) -> Int {
    let transfer = Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
    nonisolated(unsafe) let bytes = UnsafeBufferPointer(
      start: UnsafeRawPointer(bytes)?.assumingMemoryBound(to: UInt8.self), count: count)
    let isTaken = Loop.assumeIsolated { take(transfer, bytes) }
    return isTaken ? count : count == 0 ? 1 : 0
  }
}
