import Tenancy
import Testing

@testable import Session

/// Random operations on a session and on a plain model of it, through seal and back after each: what a shopper sees after a hundred
/// requests, each answered by another process, is what the rules say.
@Suite struct SessionModelTests {
  private struct Model {
    var cart: [(product: String, variant: String, properties: [String: String], quantity: Int)] = []
    var wishes: [String] = []
    var compared: [String] = []

    mutating func add(_ product: String, _ variant: String, _ properties: [String: String], _ quantity: Int) -> Bool {
      guard quantity >= 1, quantity <= 99 else { return false }
      let place = cart.firstIndex { $0.product == product && $0.variant == variant && $0.properties == properties }
      guard let place else {
        guard cart.count < 50 else { return false }
        cart.append((product, variant, properties, quantity))
        return true
      }
      guard cart[place].quantity + quantity <= 99 else { return false }
      cart[place].quantity += quantity
      return true
    }

    mutating func note(_ product: String, in list: WritableKeyPath<Model, [String]>, atMost limit: Int) -> Bool {
      if self[keyPath: list].contains(product) { return true }
      guard self[keyPath: list].count < limit else { return false }
      self[keyPath: list].append(product)
      return true
    }
  }

  @Test(arguments: [3, 9, 60]) func `A session is what the rules say, through every seal`(products: Int) throws {
    let tenant = try TenantID("fashion")
    let seal = SessionSeal(keys: [.random()])
    for _ in 0..<10 {
      var session = ShopperSession()
      var model = Model()
      for step in 0..<150 {
        let product = "product-\(Int.random(in: 0..<products))"
        let done: Bool
        switch Int.random(in: 0..<9) {
        case 0...3:
          let properties = Dictionary(
            uniqueKeysWithValues: ["For", "বই"].shuffled().prefix(Int.random(in: 0...2)).map { ($0, "v") })
          let (variant, quantity) = ("\(Int.random(in: 1...2))", Int.random(in: -1...40))
          done = model.add(product, variant, properties, quantity)
          let sent = properties.map { CartLine.Property(name: $0.key, value: $0.value) }.shuffled()
          #expect(done == accepted { try session.add(product: product, variant: variant, quantity: quantity, properties: sent) })
        case 4:
          guard let place = model.cart.indices.randomElement() else { continue }
          let quantity = Int.random(in: -1...101)
          if quantity == 0 {
            model.cart.remove(at: place)
          } else if (1...99).contains(quantity) {
            model.cart[place].quantity = quantity
          }
          let key = session.lines[place].key
          #expect((0...99).contains(quantity) == accepted { try session.change(key, to: quantity) })
        case 5:
          #expect(model.note(product, in: \.wishes, atMost: 50) == accepted { try session.wish(for: product) })
        case 6:
          #expect(model.note(product, in: \.compared, atMost: 4) == accepted { try session.compare(product) })
        case 7:
          model.wishes.removeAll { $0 == product }
          session.unwish(product)
        default:
          model.compared.removeAll { $0 == product }
          session.uncompare(product)
        }
        let now = Int64(1_770_000_000 + step)
        // What does not fit a cookie is said, and the next operations go on from what is there.
        do throws(SessionRefusal) {
          let text = try seal.seal(session, of: tenant, now: now)
          let opened = seal.open(text, of: tenant, now: now)
          #expect(opened?.session == session && opened?.wantsRenewal == false)
          session = opened?.session ?? ShopperSession()
        } catch { #expect(error.code == .size && session.lines.count + session.wishlist.count > 60) }
        #expect(session.wishlist == model.wishes && session.compared == model.compared)
        #expect(session.lines.map(\.product) == model.cart.map(\.product))
        #expect(session.lines.map(\.variant) == model.cart.map(\.variant))
        #expect(session.lines.map(\.quantity) == model.cart.map(\.quantity))
        #expect(
          session.lines.map { Dictionary(uniqueKeysWithValues: $0.properties.map { ($0.name, $0.value) }) }
            == model.cart.map(\.properties))
      }
    }
  }

  private func accepted(_ operation: () throws -> Void) -> Bool {
    do { try operation() } catch { return false }
    return true
  }
}
