import CSodium
import Tenancy
import Testing

@testable import Session

@Suite struct CustomerTokenTests {
  static let now: Int64 = 1_770_000_000
  static let key = (1...32).map { UInt8($0) }
  let tenant: TenantID
  let tokens: CustomerToken

  init() throws {
    tenant = try TenantID("fashion")
    tokens = CustomerToken(keys: [try #require(SecretKey(bytes: Self.key))])
  }

  private static func token(_ json: String, key: [UInt8] = key) -> String {
    let text = Base64URL.text(of: Array(json.utf8))
    var tag = [UInt8](repeating: 0, count: 32)
    crypto_auth(&tag, Array(text.utf8), UInt64(text.utf8.count), key)
    return "\(text).\(Base64URL.text(of: tag))"
  }

  private static func claims(tenant: String = "fashion", name: String = "Ada Été", expires: Int64 = now + 60) -> String {
    "{\"tenant\":\"\(tenant)\",\"name\":\"\(name)\",\"expires\":\(expires)}"
  }

  private func refusal(_ text: String, _ tenant: TenantID? = nil) -> CustomerToken.Refusal? {
    do throws(CustomerToken.Refusal) { _ = try tokens.customer(of: text, for: tenant ?? self.tenant, now: Self.now) } catch {
      return error
    }
    return nil
  }

  @Test func `A token is its customer's name`() throws {
    #expect(try tokens.customer(of: Self.token(Self.claims()), for: tenant, now: Self.now).text == "Ada Été")
  }

  /// Made by another program, so that a platform in another language can do it: Python's hmac, SHA-512, the first 32 bytes.
  @Test func `A token that another program made`() throws {
    let text =
      "eyJ0ZW5hbnQiOiAiZmFzaGlvbiIsICJuYW1lIjogIkFkYSDDiXTDqSIsICJleHBpcmVzIjogMTc3MDAwMDEyMH0.iGy7W22ahbZinxKsK6hwMmE36DSF60dCk6Gv7Ag1qW8"
    #expect(try tokens.customer(of: text, for: tenant, now: Self.now).text == "Ada Été")
  }

  @Test func `What is refused, and why`() throws {
    #expect(refusal(Self.token(Self.claims(tenant: "homes"))) == .tenant)
    #expect(refusal(Self.token(Self.claims()), try TenantID("homes")) == .tenant)
    #expect(refusal(Self.token(Self.claims(expires: Self.now))) == .expired)
    #expect(refusal(Self.token(Self.claims(expires: Int64.min))) == .expired)
    #expect(refusal(Self.token(Self.claims(expires: Self.now + 1))) == nil)
    #expect(refusal(Self.token(Self.claims(expires: Self.now + 300))) == nil)
    #expect(refusal(Self.token(Self.claims(expires: Self.now + 301))) == .lifetime)
    #expect(refusal(Self.token(Self.claims(expires: Int64.max))) == .lifetime)
    for name in ["", " ", "a\\nb", "a\\u0000b", "a\\u2028b", String(repeating: "x", count: 101)] {
      #expect(refusal(Self.token(Self.claims(name: name))) == .name, "\(name)")
    }
    for json in ["", "{}", "null", "[]", "{\"tenant\":\"fashion\",\"name\":\"Ada\",\"expires\":\"1\"}", Self.claims() + "x"] {
      #expect(refusal(Self.token(json)) == .form, "\(json)")
    }
    #expect(refusal(Self.token(Self.claims(), key: [UInt8](repeating: 9, count: 32))) == .tag)
    let good = Self.token(Self.claims())
    for text in [
      "", ".", "a", "a.b", good + ".", "." + good, good.replacing(".", with: ""), good + "=",
      String(repeating: "a", count: 1_025),
    ] {
      #expect(refusal(text) == .form, "\(text)")
    }
  }

  @Test func `Whatever is changed of it, it is refused`() throws {
    let good = Array(Self.token(Self.claims()).utf8)
    for place in good.indices {
      for other in Array("AQgw-_.=+ ".utf8) where other != good[place] {
        var torn = good
        torn[place] = other
        #expect(refusal(String(decoding: torn, as: UTF8.self)) != nil)
      }
    }
  }

  @Test func `An old key still verifies`() throws {
    let new = SecretKey.random()
    let both = CustomerToken(keys: [new, try #require(SecretKey(bytes: Self.key))])
    #expect(try both.customer(of: Self.token(Self.claims()), for: tenant, now: Self.now).text == "Ada Été")
    #expect(throws: CustomerToken.Refusal.tag) {
      try CustomerToken(keys: [new]).customer(of: Self.token(Self.claims()), for: tenant, now: Self.now)
    }
  }
}
