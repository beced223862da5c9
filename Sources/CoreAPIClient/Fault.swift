import FoundationEssentials

/// What is wrong with a document, and where: `value.items[3].price: this is not a String`.
struct Fault: Hashable, Sendable, CustomStringConvertible {
  /// Fields joined by dots, indices in brackets; empty for the document itself.
  let path: String
  let reason: String

  init(_ path: String, _ reason: String) { (self.path, self.reason) = (path, reason) }

  static let handle = Fault("handle", "it cannot be part of an address")

  /// - Parameter error: of a decoder.
  init(_ error: any Error) {
    guard let error = error as? DecodingError else {
      self.init("", "it cannot be read: \(error)")
      return
    }
    let context: DecodingError.Context
    let reason: String
    var last: (any CodingKey)?
    switch error {
    case .keyNotFound(let key, let found): (context, reason, last) = (found, "it is missing", key)
    case .valueNotFound(let type, let found): (context, reason) = (found, "null where a \(type) is needed")
    case .typeMismatch(let type, let found): (context, reason) = (found, "this is not a \(type)")
    case .dataCorrupted(let found):
      (context, reason) = (found, error.isSyntax ? "not JSON" : found.debugDescription)
    @unknown default:
      self.init("", "\(error)")
      return
    }
    let keys = context.codingPath + (last.map { [$0] } ?? [])
    let path = keys.reduce(into: "") { path, key in
      if let index = key.intValue { path += "[\(index)]" } else { path += path.isEmpty ? key.stringValue : "." + key.stringValue }
    }
    // The names come from the document: they are cut, as its words are.
    self.init(String(path.prefix(200)), String(reason.prefix(300)))
  }

  /// The first fault among a list's items, with its index.
  static func first<Item>(in items: [Item], of field: String, _ fault: (Item) -> Fault?) -> Fault? {
    for (index, item) in items.enumerated() {
      if let fault = fault(item) { return fault.below("\(field)[\(index)]") }
    }
    return nil
  }

  /// The same seen from further up.
  func below(_ parent: String) -> Fault {
    if path.isEmpty { return Fault(parent, reason) }
    return Fault(path.hasPrefix("[") ? parent + path : "\(parent).\(path)", reason)
  }

  var description: String { path.isEmpty ? reason : "\(path): \(reason)" }
}

extension Product {
  /// What the contract does not allow in an answer, though a catalogue may hold it.
  var fault: Fault? {
    guard Handle.isValid(handle) else { return .handle }
    if status != .active { return Fault("status", "\(status.rawValue), which no shopper may see") }
    if let index = variants.firstIndex(where: { $0.sale != nil }) {
      return Fault("variants[\(index)].salePrice", "a planned sale; an answer has the price of its moment")
    }
    return nil
  }
}
