import HTTP
import Testing

@Suite struct PercentEncodingTests {
  @Test(arguments: [
    ("snow-crash", "snow-crash"), ("বই", "%E0%A6%AC%E0%A6%87"), ("a b/c?d", "a%20b%2Fc%3Fd"), ("a~b.c_d", "a~b.c_d"),
  ])
  func `A text is one segment, and comes back as it was`(text: String, segment: String) {
    #expect(PercentEncoding.segment(text) == segment)
    #expect(PercentEncoding.decodeFormValue(segment[...]) == text)
  }

  @Test(arguments: ["%", "%4", "%zz", "%00", "%1f", "%ff", "%c3%28"]) func `A broken escape is no text`(raw: String) {
    #expect(PercentEncoding.decodeFormValue(raw[...]) == nil)
  }
}
