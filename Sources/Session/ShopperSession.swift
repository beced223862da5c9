/// What one shopper has in one shop. A value: every operation is pure, and either does what it says or leaves all as it was.
///
/// It names products and variants and knows nothing of them: whether they are still sold, and for how much, is read from the
/// catalogue when they are shown.
package struct ShopperSession: Hashable, Sendable {
  package static let maximumLines = 50
  package static let maximumWishes = 50
  package static let maximumCompared = 4

  /// In the order they were first added.
  package internal(set) var lines: [CartLine] = []
  /// Handles, in the order added, each once.
  package internal(set) var wishlist: [String] = []
  /// Handles, in the order added, each once.
  package internal(set) var compared: [String] = []
  /// Who the platform said it is; nil for a guest.
  package var customer: CustomerName?

  package init() {}

  package var isEmpty: Bool { self == ShopperSession() }

  /// How many things are in the cart.
  package var itemCount: Int { lines.reduce(0) { $0 + $1.quantity } }

  // MARK: cart

  /// Puts something in the cart; what is there already with the same properties becomes more. A property without a value is left out.
  ///
  /// - Returns: the line's key.
  @discardableResult
  package mutating func add(
    product: String, variant: String, quantity: Int = 1, properties: [CartLine.Property] = []
  ) throws(SessionRefusal) -> String {
    try Self.check(product)
    try Self.check(variant)
    let properties = properties.filter { !$0.value.isEmpty }
    try Self.check(properties)
    let line = CartLine(product: product, variant: variant, quantity: quantity, properties: properties)
    guard let index = lines.firstIndex(where: { $0.key == line.key }) else {
      try Self.check(quantity)
      guard lines.count < Self.maximumLines else {
        throw SessionRefusal(
          .lines, limit: Self.maximumLines, "the cart holds \(Self.maximumLines) different things: take one out first")
      }
      lines.append(line)
      return line.key
    }
    try Self.check(quantity)
    try Self.check(lines[index].quantity + quantity)
    lines[index].quantity += quantity
    return line.key
  }

  /// Makes a line so many; 0 takes it out, and so does it where the line is gone already.
  package mutating func change(_ key: String, to quantity: Int) throws(SessionRefusal) {
    if quantity == 0 { return lines.removeAll { $0.key == key } }
    try Self.check(quantity)
    guard let index = lines.firstIndex(where: { $0.key == key }) else {
      throw SessionRefusal(.line, "the cart has no such line any more: add the product again")
    }
    lines[index].quantity = quantity
  }

  // MARK: wishlist and comparison

  package mutating func wish(for product: String) throws(SessionRefusal) {
    try Self.check(product)
    if wishlist.contains(product) { return }
    guard wishlist.count < Self.maximumWishes else {
      throw SessionRefusal(.wishes, limit: Self.maximumWishes, "the wishlist holds \(Self.maximumWishes): take one off first")
    }
    wishlist.append(product)
  }

  package mutating func unwish(_ product: String) { wishlist.removeAll { $0 == product } }

  package mutating func compare(_ product: String) throws(SessionRefusal) {
    try Self.check(product)
    if compared.contains(product) { return }
    guard compared.count < Self.maximumCompared else {
      throw SessionRefusal(
        .compared, limit: Self.maximumCompared, "\(Self.maximumCompared) products are compared at once: take one out first")
    }
    compared.append(product)
  }

  package mutating func uncompare(_ product: String) { compared.removeAll { $0 == product } }

  // MARK: bounds

  private static func check(_ name: String) throws(SessionRefusal) {
    guard (1...CartLine.maximumNameBytes).contains(name.utf8.count) else {
      throw SessionRefusal(
        .name, limit: CartLine.maximumNameBytes, "a product or variant is named with 1 to \(CartLine.maximumNameBytes) bytes")
    }
  }

  private static func check(_ quantity: Int) throws(SessionRefusal) {
    guard (1...CartLine.maximumQuantity).contains(quantity) else {
      throw SessionRefusal(
        .quantity, limit: CartLine.maximumQuantity, "a cart takes 1 to \(CartLine.maximumQuantity) of one thing")
    }
  }

  private static func check(_ properties: [CartLine.Property]) throws(SessionRefusal) {
    guard properties.count <= CartLine.maximumProperties else {
      throw SessionRefusal(
        .properties, limit: CartLine.maximumProperties, "one thing takes at most \(CartLine.maximumProperties) properties")
    }
    let lengths = 1...CartLine.maximumPropertyBytes
    for property in properties {
      guard lengths.contains(property.name.utf8.count), lengths.contains(property.value.utf8.count) else {
        throw SessionRefusal(
          .propertyText, limit: CartLine.maximumPropertyBytes,
          "a property's name and its value have at most \(CartLine.maximumPropertyBytes) bytes each: write less")
      }
    }
    guard Set(properties.map(\.name)).count == properties.count else {
      throw SessionRefusal(.propertyRepeated, "two properties have the same name: send each once")
    }
  }
}
