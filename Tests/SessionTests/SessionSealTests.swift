import CSodium
import Tenancy
import Testing

@testable import Session

@Suite struct SessionSealTests {
  static let now: Int64 = 1_770_000_000
  let tenant: TenantID
  let seal = SessionSeal(keys: [.random()])
  let session: ShopperSession

  init() throws {
    tenant = try TenantID("fashion")
    var session = ShopperSession()
    try session.add(
      product: "linen/shirt", variant: "100101", quantity: 3, properties: [.init(name: "Für", value: "\"বই\"\\ <ü>")])
    try session.add(product: "ring", variant: "2")
    try session.wish(for: "ring")
    try session.compare("ring")
    session.customer = CustomerName("Ada d'Été")
    self.session = session
  }

  @Test func `What is sealed is opened as it was`() throws {
    let text = try seal.seal(session, of: tenant, now: Self.now)
    #expect(seal.open(text, of: tenant, now: Self.now)?.session == session)
    let allowed = text.utf8.allSatisfy { byte in
      Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8).contains(byte)
    }
    #expect(allowed && !text.contains("shirt"))
  }

  @Test func `Two seals of one session have nothing in common`() throws {
    let texts = try (0..<100).map { _ in try seal.seal(session, of: tenant, now: Self.now) }
    #expect(Set(texts.map { $0.prefix(32) }).count == 100 && Set(texts.map { $0.suffix(20) }).count == 100)
  }

  /// Every byte of the sealed bytes with every bit flipped, every character of the text made another, every cut.
  @Test func `Whatever is changed of it, it does not open`() throws {
    let text = try seal.seal(session, of: tenant, now: Self.now)
    let bytes = try #require(Base64URL.bytes(of: text))
    var opened = 0
    for place in bytes.indices {
      for bit in 0..<8 {
        var torn = bytes
        torn[place] ^= 1 << bit
        if seal.open(Base64URL.text(of: torn), of: tenant, now: Self.now) != nil { opened += 1 }
      }
    }
    let characters = Array(text.utf8)
    for place in characters.indices {
      for other in Array("ABQgw_-+/= .\u{0}é%".utf8) where other != characters[place] {
        var torn = characters
        torn[place] = other
        if seal.open(String(decoding: torn, as: UTF8.self), of: tenant, now: Self.now) != nil { opened += 1 }
      }
      if seal.open(text.prefix(place), of: tenant, now: Self.now) != nil { opened += 1 }
      if seal.open(text.dropFirst(place + 1), of: tenant, now: Self.now) != nil { opened += 1 }
    }
    for more in ["A", "AA", "AAAA", "=", " ", "\""] {
      if seal.open(text + more, of: tenant, now: Self.now) != nil || seal.open(more + text, of: tenant, now: Self.now) != nil {
        opened += 1
      }
    }
    #expect(opened == 0)
    #expect(seal.open(text, of: tenant, now: Self.now) != nil)
  }

  @Test(arguments: ["fashion2", "fashio", "homes", "f", "fashion-1"]) func `Another shop's does not open`(other: String) throws {
    let text = try seal.seal(session, of: try TenantID(other), now: Self.now)
    #expect(seal.open(text, of: tenant, now: Self.now) == nil)
    #expect(seal.open(text, of: try TenantID(other), now: Self.now)?.session == session)
  }

  /// Sealed by the same library under the same key and the right shop, with one thing different.
  @Test func `Another format's does not open, nor what is sealed and is no session`() throws {
    let key = SecretKey.random()
    let seal = SessionSeal(keys: [key])
    func text(_ plain: String, bound: String = "storefront session 1 fashion") -> String {
      let nonce = [UInt8](repeating: 7, count: 24)
      var sealed = [UInt8](repeating: 0, count: plain.utf8.count + 16)
      crypto_aead_xchacha20poly1305_ietf_encrypt(
        &sealed, nil, Array(plain.utf8), UInt64(plain.utf8.count), Array(bound.utf8), UInt64(bound.utf8.count), nil, nonce,
        key.bytes)
      return Base64URL.text(of: nonce + sealed)
    }
    let good = "[\(Self.now),null,[[\"a\",\"1\",2]],[\"b\"],[]]"
    #expect(seal.open(text(good), of: tenant, now: Self.now)?.session.itemCount == 2)
    #expect(seal.open(text(good, bound: "storefront session 2 fashion"), of: tenant, now: Self.now) == nil)
    #expect(seal.open(text(good, bound: ""), of: tenant, now: Self.now) == nil)
    for plain in [
      "", "[]", "null", "{}", "[1]", "[\(Self.now),null,[],[]]", "[\(Self.now),null,[[\"a\",\"1\",100]],[],[]]",
      "[\(Self.now),null,[[\"a\",\"1\",1,\"n\"]],[],[]]", "[\(Self.now),null,[],[1],[]]", "[\(Self.now).5,null,[],[],[]]",
    ] { #expect(seal.open(text(plain), of: tenant, now: Self.now) == nil, "\(plain)") }
  }

  private static let ages: [(Int64, Bool, Bool)] = [
    (0, true, false), (86_399, true, false), (86_400, true, true), (30 * 86_400 - 1, true, true), (30 * 86_400, false, false),
    (-3_600, true, false), (-86_400, true, false), (-86_401, false, false), (Int64.max - now, false, false),
  ]

  @Test(arguments: ages)
  func `It holds for thirty days, and is renewed after one`(age: Int64, opens: Bool, renews: Bool) throws {
    let text = try seal.seal(session, of: tenant, now: Self.now)
    let opened = seal.open(text, of: tenant, now: Self.now + age)
    #expect((opened != nil) == opens && (opened?.wantsRenewal ?? false) == renews)
  }

  @Test func `An old key still opens, and asks for a new seal`() throws {
    let (old, new) = (SecretKey.random(), SecretKey.random())
    let text = try SessionSeal(keys: [old]).seal(session, of: tenant, now: Self.now)
    let opened = SessionSeal(keys: [new, old]).open(text, of: tenant, now: Self.now)
    #expect(opened?.session == session && opened?.wantsRenewal == true)
    #expect(SessionSeal(keys: [new]).open(text, of: tenant, now: Self.now) == nil)
    let newer = try SessionSeal(keys: [new, old]).seal(session, of: tenant, now: Self.now)
    #expect(SessionSeal(keys: [new]).open(newer, of: tenant, now: Self.now)?.session == session)
  }

  /// Fifty ordinary lines fit; what does not is refused, and what is not refused is within the bound.
  @Test func `A cookie is never too large`() throws {
    var session = ShopperSession()
    for index in 0..<50 { try session.add(product: "a-product-of-25-letters-\(index)", variant: "1001\(index)") }
    #expect(try seal.seal(session, of: tenant, now: Self.now).utf8.count <= SessionSeal.maximumBytes)
    var refused = 0
    for index in 0..<50 {
      try session.wish(for: "another-product-of-some-forty-letters-\(index)")
      do throws(SessionRefusal) {
        let line = try SessionCookie(seal).setting(session, of: tenant, isSecure: true, now: Self.now)
        #expect(line.utf8.count < 3_800)
        #expect(refused == 0)
      } catch {
        #expect(error.code == .size)
        refused += 1
      }
    }
    #expect((1..<50).contains(refused))
  }
}

@Suite struct SecretKeyTests {
  static let bytes = (0..<32).map { UInt8($0 * 7 &+ 3) }

  @Test(arguments: [
    "AwoRGB8mLTQ7QklQV15lbHN6gYiPlp2kq7K5wMfO1dw=", "AwoRGB8mLTQ7QklQV15lbHN6gYiPlp2kq7K5wMfO1dw",
    "030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5dc",
    "030A11181F262D343B424950575E656C737A81888F969DA4ABB2B9C0C7CED5DC\n",
    " AwoRGB8mLTQ7QklQV15lbHN6gYiPlp2kq7K5wMfO1dw ",
  ])
  func `A key as base64 or as digits`(text: String) throws {
    #expect(try SecretKey.list(text, of: "SESSION_KEY").map(\.bytes) == [Self.bytes])
  }

  @Test func `Several, the first for writing`() throws {
    let keys = (0..<4).map { _ in SecretKey.random() }
    #expect(try SecretKey.list(keys.map(\.text).joined(separator: ","), of: "SESSION_KEY").map(\.bytes) == keys.map(\.bytes))
    let five = (keys + [.random()]).map(\.text).joined(separator: ",")
    #expect(throws: SecretKeyError.self) { try SecretKey.list(five, of: "SESSION_KEY") }
  }

  @Test(arguments: [
    "", ",", "secret", "AwoRGB8mLTQ7QklQV15lbHN6gYiPlp2kq7K5wMfO1d", "AwoRGB8mLTQ7QklQV15lbHN6gYiPlp2kq7K5wMfO1dw=,",
    "030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5d",
    "030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5dg",
    "0000000000000000000000000000000000000000000000000000000000000000", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  ])
  func `What is no key is refused, and not repeated`(text: String) {
    do {
      _ = try SecretKey.list(text, of: "SESSION_KEY")
      Issue.record("taken: \(text)")
    } catch {
      #expect("\(error)".contains("SESSION_KEY: key ") && "\(error)".contains("openssl rand"))
      #expect(text.count < 3 || !"\(error)".contains(text.prefix(6)))
    }
  }
}
