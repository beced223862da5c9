import FoundationEssentials
import Tenancy

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
  func fault(in market: Market) -> Fault? {
    guard Handle.isValid(handle) else { return .handle }
    if status != .active { return Fault("status", "\(status.rawValue), which no shopper may see") }
    if let fault = price.fault("price", in: market) { return fault }
    for index in variants.indices {
      if variants[index].sale != nil {
        return Fault("variants[\(index)].salePrice", "a planned sale; an answer has the price of its moment")
      }
      if let fault = variants[index].price.fault("variants[\(index)].price", in: market) { return fault }
    }
    return nil
  }
}

extension Money {
  func fault(_ path: String, in market: Market) -> Fault? {
    currency == market.currency ? nil : Fault(path, "an amount in \(currency), and the question was for \(market.currency)")
  }
}

extension Article {
  func fault(in blog: String) -> Fault? {
    if !Handle.isValid(handle) { return .handle }
    return self.blog == blog ? nil : Fault("blog", "an article of another blog than the one that was asked for")
  }
}

extension Redirect {
  /// What goes into a header: a path on the shop's own host, and nothing that could end the line.
  var fault: Fault? {
    guard case .moved(let target) = self else { return nil }
    let isPath =
      target.hasPrefix("/") && !target.hasPrefix("//") && target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x5c }
    return isPath ? nil : Fault("target", "this is not a path on the shop's own host, percent-encoded")
  }
}
