import CSodium

/// One thing in a cart, so many times.
package struct CartLine: Hashable, Sendable {
  /// What a shopper asked for with it: an engraving, a date.
  package struct Property: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  package static let maximumQuantity = 99
  package static let maximumProperties = 10
  /// Of a property's name, and of its value.
  package static let maximumPropertyBytes = 100
  /// Of a product's handle, and of a variant's id.
  package static let maximumNameBytes = 256

  /// Names the line in forms and addresses: a hash of what the line is of, so that it is the same in every process and after every
  /// change, and two lines never share one. 22 of `A-Z a-z 0-9 - _`.
  package let key: String
  /// The product's handle.
  package let product: String
  package let variant: String
  package internal(set) var quantity: Int
  package let properties: [Property]

  init(product: String, variant: String, quantity: Int, properties: [Property]) {
    self.product = product
    self.variant = variant
    self.quantity = quantity
    self.properties = properties
    key = Self.key(product: product, variant: variant, properties: properties)
  }

  /// Each part with its length, so that no two lists of parts read the same. A form's order of properties is no difference.
  private static func key(product: String, variant: String, properties: [Property]) -> String {
    var bytes: [UInt8] = []
    func append(_ part: String) {
      bytes += Array("\(part.utf8.count):".utf8)
      bytes += Array(part.utf8)
    }
    append(product)
    append(variant)
    for property in properties.sorted(by: { $0.name < $1.name }) {
      append(property.name)
      append(property.value)
    }
    var hash = [UInt8](repeating: 0, count: 16)
    _ = crypto_generichash(&hash, hash.count, bytes, UInt64(bytes.count), nil, 0)
    return Base64URL.text(of: hash)
  }
}
