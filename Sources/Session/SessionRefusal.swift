/// What cannot be done to a session, and the way out. The code names the theme's text for it; the sentence is for logs and tests.
package struct SessionRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: String, Hashable, Sendable, CaseIterable {
    /// Not 1 to 99 of one thing.
    case quantity
    case lines
    case wishes
    case compared
    case properties
    case propertyText = "property-text"
    case propertyRepeated = "property-repeated"
    /// A product's or variant's name is empty or longer than any is.
    case name
    /// The cart has no such line.
    case line
    /// The whole would not fit a cookie.
    case size
  }

  package let code: Code
  /// The bound that would be passed; nil where there is none.
  package let limit: Int?
  package let description: String

  init(_ code: Code, limit: Int? = nil, _ description: String) {
    self.code = code
    self.limit = limit
    self.description = description
  }
}
