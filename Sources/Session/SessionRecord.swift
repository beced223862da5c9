import FoundationEssentials

/// A session as it stands inside the seal: one JSON array without names, since a cookie has room for few of them:
/// `[sealed at, customer, [[product, variant, quantity, name, value, …], …], [wishes], [compared]]`.
///
/// Not compressed: the length would then tell what a shopper's text has in common with their cart.
struct SessionRecord: Codable {
  let session: ShopperSession
  /// Seconds since 1970.
  let sealedAt: Int64

  init(_ session: ShopperSession, sealedAt: Int64) {
    self.session = session
    self.sealedAt = sealedAt
  }

  /// Nil for what is no session within today's bounds. The seal shows that we wrote it, not with which version.
  init?(json: [UInt8]) {
    guard let record = try? JSONDecoder().decode(SessionRecord.self, from: Data(json)) else { return nil }
    self = record
  }

  func json() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    guard let data = try? encoder.encode(self) else { preconditionFailure("texts and numbers are always JSON") }
    return [UInt8](data)
  }

  init(from decoder: any Decoder) throws {
    var box = try decoder.unkeyedContainer()
    sealedAt = try box.decode(Int64.self)
    var session = ShopperSession()
    session.customer = try box.decodeIfPresent(String.self).flatMap { CustomerName($0) }
    var lines = try box.nestedUnkeyedContainer()
    while !lines.isAtEnd {
      var line = try lines.nestedUnkeyedContainer()
      let product = try line.decode(String.self)
      let variant = try line.decode(String.self)
      let quantity = try line.decode(Int.self)
      var properties: [CartLine.Property] = []
      while !line.isAtEnd {
        properties.append(.init(name: try line.decode(String.self), value: try line.decode(String.self)))
      }
      try session.add(product: product, variant: variant, quantity: quantity, properties: properties)
    }
    for product in try box.decode([String].self) { try session.wish(for: product) }
    for product in try box.decode([String].self) { try session.compare(product) }
    self.session = session
  }

  func encode(to encoder: any Encoder) throws {
    var box = encoder.unkeyedContainer()
    try box.encode(sealedAt)
    if let customer = session.customer { try box.encode(customer.text) } else { try box.encodeNil() }
    var lines = box.nestedUnkeyedContainer()
    for line in session.lines {
      var box = lines.nestedUnkeyedContainer()
      try box.encode(line.product)
      try box.encode(line.variant)
      try box.encode(line.quantity)
      for property in line.properties {
        try box.encode(property.name)
        try box.encode(property.value)
      }
    }
    try box.encode(session.wishlist)
    try box.encode(session.compared)
  }
}
