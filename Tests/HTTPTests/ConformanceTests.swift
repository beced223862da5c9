import FoundationEssentials
import Testing

@testable import HTTP

/// The requests of llhttp's own tests. What is expected follows from the rules, by `Oracle`, and not from the file's flag, which
/// says what llhttp takes: most of what it takes has no Host.
@Suite struct ConformanceTests {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let hex: String
    let err: Bool

    var testDescription: String { name }

    var bytes: [UInt8] {
      let digits = Array(hex.utf8)
      return stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
      }
    }
  }

  static let file =
    #filePath.split(separator: "/").dropLast(4).reduce("") { "\($0)/\($1)" } + "/shared/conformance/llhttp_requests.json"
  static let cases: [Case] = {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: file)) else { return [] }
    return (try? JSONDecoder().decode([Case].self, from: data)) ?? []
  }()

  @Test(.enabled(if: !cases.isEmpty, "\(file) is not here"), arguments: cases) func llhttp(_ request: Case) {
    let bytes = request.bytes
    let whole = Transcript.whole(bytes)
    let (statuses, isClosed) = Oracle().judge(bytes)
    #expect(whole.statuses == statuses, "\(whole)")
    #expect(whole.isClosed == isClosed)
    #expect(Transcript.dripped(bytes) == whole)
    for cut in 1..<max(1, bytes.count) {
      #expect(Transcript.of([bytes[..<cut], bytes[cut...]]) == whole, "cut at \(cut)")
    }
  }

  /// With a Host put in, what is left is refused or taken for its own sake.
  @Test(.enabled(if: !cases.isEmpty, "\(file) is not here"), arguments: cases) func llhttpWithHost(_ request: Case) {
    var bytes = request.bytes
    guard let end = bytes.firstIndex(of: 10), !String(decoding: bytes, as: UTF8.self).lowercased().contains("host:") else {
      return
    }
    bytes.insert(contentsOf: Array("Host: a\r\n".utf8), at: end + 1)
    let whole = Transcript.whole(bytes)
    let (statuses, isClosed) = Oracle().judge(bytes)
    #expect(whole.statuses == statuses && whole.isClosed == isClosed, "\(whole) not \(statuses)")
    #expect(Transcript.dripped(bytes) == whole)
  }
}
