/// The fields of a form sent by POST as application/x-www-form-urlencoded, in the order sent (URL Standard §5.1).
///
/// Bounded before anything is decoded. One malformed field refuses the whole form: half of what a shopper meant is not what they meant.
package struct FormFields: Sendable, Equatable {
  package struct Field: Sendable, Equatable {
    package let name: String
    package let value: String
  }

  package enum Refusal: Error, Equatable, CustomStringConvertible {
    case mediaType
    case tooLong(bytes: Int)
    case tooMany(fields: Int)
    /// The field's number, from 1.
    case malformed(field: Int)

    package var description: String {
      switch self {
      case .mediaType: "the body is no form: send it as application/x-www-form-urlencoded"
      case .tooLong(let bytes): "the form has more than \(bytes) bytes: send less text"
      case .tooMany(let fields): "the form has more than \(fields) fields: send fewer"
      case .malformed(let field): "field \(field) of the form is not percent-encoded UTF-8 text without control characters"
      }
    }
  }

  package static let maximumBytes = 16 << 10
  package static let maximumFields = 64

  package let all: [Field]

  /// The form that is a request's body.
  package init(_ request: HTTPRequest) throws(Refusal) {
    let type = request.header("content-type")?.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
    guard type.trimmingBlanks().lowercased() == "application/x-www-form-urlencoded" else { throw .mediaType }
    try self.init(encoded: request.body)
  }

  /// - Parameter encoded: `name=value&…`; an empty pair is passed over, a name alone has an empty value.
  package init(encoded: [UInt8]) throws(Refusal) {
    guard encoded.count <= Self.maximumBytes else { throw .tooLong(bytes: Self.maximumBytes) }
    guard let text = String(validating: encoded, as: UTF8.self) else { throw .malformed(field: 1) }
    var fields: [Field] = []
    for pair in text.utf8.split(separator: UInt8(ascii: "&")) {
      guard fields.count < Self.maximumFields else { throw .tooMany(fields: Self.maximumFields) }
      let cut = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
      guard
        let name = PercentEncoding.decodeFormValue(Substring(pair[..<cut])),
        let value = PercentEncoding.decodeFormValue(Substring(pair[cut...].dropFirst()))
      else { throw .malformed(field: fields.count + 1) }
      fields.append(Field(name: name, value: value))
    }
    all = fields
  }

  /// The first value of that name.
  package subscript(name: String) -> String? { all.first { $0.name == name }?.value }

  /// What is sent as `family[NAME]`, under `NAME`; a name that is empty is none.
  package func members(of family: String) -> [Field] {
    all.compactMap { field in
      guard field.name.hasPrefix(family + "["), field.name.utf8.last == UInt8(ascii: "]") else { return nil }
      let name = field.name.dropFirst(family.count + 1).dropLast()
      return name.isEmpty ? nil : Field(name: String(name), value: field.value)
    }
  }
}

extension Substring {
  fileprivate func trimmingBlanks() -> Substring {
    var rest = self
    while let first = rest.first, first == " " || first == "\t" { rest = rest.dropFirst() }
    while let last = rest.last, last == " " || last == "\t" { rest = rest.dropLast() }
    return rest
  }
}
