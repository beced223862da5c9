// Documents of pages and posts, as catalogue files and answers write them.

import FoundationEssentials

extension ContentPage: Codable {
  private enum CodingKeys: String, CodingKey { case id, handle, title, bodyHTML, language, updatedAt }

  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      id: try from.decode(String.self, forKey: .id),
      handle: try from.decode(String.self, forKey: .handle),
      title: try from.decode(String.self, forKey: .title),
      body: try from.decodeIfPresent(SanitizedHTML.self, forKey: .bodyHTML) ?? .empty,
      language: try from.decodeIfPresent(String.self, forKey: .language),
      updatedAt: try from.decodeIfPresent(Date.self, forKey: .updatedAt) ?? Timestamp.unknown)
  }

  package func encode(to encoder: any Encoder) throws {
    var to = encoder.container(keyedBy: CodingKeys.self)
    try to.encode(id, forKey: .id)
    try to.encode(handle, forKey: .handle)
    try to.encode(title, forKey: .title)
    if body != .empty { try to.encode(body, forKey: .bodyHTML) }
    try to.encodeIfPresent(language, forKey: .language)
    try to.encode(updatedAt, forKey: .updatedAt)
  }
}

extension Blog: Codable {
  private enum CodingKeys: String, CodingKey { case id, handle, title, updatedAt }

  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      id: try from.decode(String.self, forKey: .id),
      handle: try from.decode(String.self, forKey: .handle),
      title: try from.decode(String.self, forKey: .title),
      updatedAt: try from.decodeIfPresent(Date.self, forKey: .updatedAt) ?? Timestamp.unknown)
  }

  package func encode(to encoder: any Encoder) throws {
    var to = encoder.container(keyedBy: CodingKeys.self)
    try to.encode(id, forKey: .id)
    try to.encode(handle, forKey: .handle)
    try to.encode(title, forKey: .title)
    try to.encode(updatedAt, forKey: .updatedAt)
  }
}

extension Article: Codable {
  private enum CodingKeys: String, CodingKey {
    case id, blog, handle, title, excerpt, bodyHTML, author, image, tags, publishedAt, updatedAt
  }

  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    let publishedAt = try from.decode(Date.self, forKey: .publishedAt)
    self.init(
      id: try from.decode(String.self, forKey: .id),
      blog: try from.decode(String.self, forKey: .blog),
      handle: try from.decode(String.self, forKey: .handle),
      title: try from.decode(String.self, forKey: .title),
      excerpt: try from.decodeIfPresent(String.self, forKey: .excerpt) ?? "",
      body: try from.decodeIfPresent(SanitizedHTML.self, forKey: .bodyHTML) ?? .empty,
      author: try from.decodeIfPresent(String.self, forKey: .author) ?? "",
      image: try from.decodeIfPresent(Image.self, forKey: .image),
      tags: try from.decodeIfPresent([String].self, forKey: .tags) ?? [],
      publishedAt: publishedAt,
      updatedAt: try from.decodeIfPresent(Date.self, forKey: .updatedAt) ?? publishedAt)
  }

  package func encode(to encoder: any Encoder) throws {
    var to = encoder.container(keyedBy: CodingKeys.self)
    try to.encode(id, forKey: .id)
    try to.encode(blog, forKey: .blog)
    try to.encode(handle, forKey: .handle)
    try to.encode(title, forKey: .title)
    if !excerpt.isEmpty { try to.encode(excerpt, forKey: .excerpt) }
    if body != .empty { try to.encode(body, forKey: .bodyHTML) }
    if !author.isEmpty { try to.encode(author, forKey: .author) }
    try to.encodeIfPresent(image, forKey: .image)
    if !tags.isEmpty { try to.encode(tags, forKey: .tags) }
    try to.encode(publishedAt, forKey: .publishedAt)
    try to.encode(updatedAt, forKey: .updatedAt)
  }
}

/// `{"target": "/products/new"}` or `{"gone": true}`.
extension Redirect: Codable {
  private enum CodingKeys: String, CodingKey { case target, gone }

  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    if try from.decodeIfPresent(Bool.self, forKey: .gone) == true {
      self = .gone
    } else {
      self = .moved(to: try from.decode(String.self, forKey: .target))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var to = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .moved(let target): try to.encode(target, forKey: .target)
    case .gone: try to.encode(true, forKey: .gone)
    }
  }
}
