// What surrounds the products: the shop's own facts, its collections and its menus.

import FoundationEssentials

package struct Site: Hashable, Sendable {
  package var name: String
  package var tagline: String
  /// Plain text, for the page's meta description.
  package var description: String
  package var logo: Image?
  package var email: String
  package var phone: String
  package var address: String
  /// Branding by name (`accent`), as CSS colours; what reads them checks them.
  package var colors: [String: String]

  package init(
    name: String, tagline: String = "", description: String = "", logo: Image? = nil, email: String = "",
    phone: String = "", address: String = "", colors: [String: String] = [:]
  ) {
    self.name = name
    self.tagline = tagline
    self.description = description
    self.logo = logo
    self.email = email
    self.phone = phone
    self.address = address
    self.colors = colors
  }
}

package struct Collection: Hashable, Sendable, Identifiable {
  package var id: String
  package var handle: String
  package var title: String
  package var description: SanitizedHTML
  package var image: Image?
  /// Products that a shopper can see in it.
  package var productCount: Int
  package var updatedAt: Date

  package init(
    id: String, handle: String, title: String, description: SanitizedHTML = .empty, image: Image? = nil,
    productCount: Int = 0, updatedAt: Date
  ) {
    self.id = id
    self.handle = handle
    self.title = title
    self.description = description
    self.image = image
    self.productCount = productCount
    self.updatedAt = updatedAt
  }
}

package struct Menu: Hashable, Sendable, Codable {
  package var handle: String
  package var items: [Item]

  package struct Item: Hashable, Sendable {
    package var title: String
    /// A path on the shop's own host, or an absolute address.
    package var url: String
    package var items: [Item]

    package init(title: String, url: String, items: [Item] = []) {
      (self.title, self.url, self.items) = (title, url, items)
    }
  }

  package init(handle: String, items: [Item]) { (self.handle, self.items) = (handle, items) }
}

extension Site: Codable {
  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try from.decode(String.self, forKey: .name),
      tagline: try from.decodeIfPresent(String.self, forKey: .tagline) ?? "",
      description: try from.decodeIfPresent(String.self, forKey: .description) ?? "",
      logo: try from.decodeIfPresent(Image.self, forKey: .logo),
      email: try from.decodeIfPresent(String.self, forKey: .email) ?? "",
      phone: try from.decodeIfPresent(String.self, forKey: .phone) ?? "",
      address: try from.decodeIfPresent(String.self, forKey: .address) ?? "",
      colors: try from.decodeIfPresent([String: String].self, forKey: .colors) ?? [:])
  }
}

extension Collection: Codable {
  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      id: try from.decode(String.self, forKey: .id),
      handle: try from.decode(String.self, forKey: .handle),
      title: try from.decode(String.self, forKey: .title),
      description: try from.decodeIfPresent(SanitizedHTML.self, forKey: .description) ?? .empty,
      image: try from.decodeIfPresent(Image.self, forKey: .image),
      productCount: try from.decodeNumberIfPresent(Int.self, forKey: .productCount) ?? 0,
      updatedAt: try from.decodeIfPresent(Date.self, forKey: .updatedAt) ?? Timestamp.unknown)
  }
}

extension Menu.Item: Codable {
  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      title: try from.decode(String.self, forKey: .title),
      // A menu's words are a shop's own, its addresses go into `href`: one that could run a script is none.
      url: HTMLWriter.safe(try from.decode(String.self, forKey: .url)) ?? "#",
      items: try from.decodeIfPresent([Menu.Item].self, forKey: .items) ?? [])
  }
}
