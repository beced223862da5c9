import TemplateEngine

/// What a template may know of the request: nothing that differs between those who share a page.
struct RequestDrop: Bindable {
  let path: String
  let kind: String
  let locale: String
  let host: String
  let origin: String
  let query: QueryDrop

  static let shape = Shape<RequestDrop>(
    .field("path", \.path),
    .field("page_type", \.kind),
    .field("locale", \.locale),
    .field("host", \.host),
    .field("origin", \.origin),
    .field("query", \.query)
  )
}

/// What the address asks for behind its `?`, as far as templates see it.
struct QueryDrop: Bindable {
  let terms: String

  static let shape = Shape<QueryDrop>(.field("q", \.terms))
}
