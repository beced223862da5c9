// Addresses of pictures in a wanted size, made from the template that an operator writes for the image service:
//
//   /cdn-cgi/image/width={width},height={height},format={format}/{url}         a path of options
//   https://img.example/rs:fit:{width}:{height}/f:{format}/plain/{url}         options between slashes
//   https://shop.example{url}?w={width}&h={height}&fm={format}                 a query
//
// What is not asked for is left out with its name: of the items between `/`, `?`, `&` and `,` those go that have placeholders, none of
// which has a value. A picture's address is encoded as the place needs where it stands: whole in a query; in a path only what would
// end the path.

/// What a page wants of a picture.
struct ImageSize: Hashable, Sendable {
  var width: Int?
  var height: Int?
  /// Which part is kept where both sides are given: `center`, `top` …; nil fits the whole picture in.
  var crop: String?
  /// `webp`, `avif` …; nil for what the service gives.
  var format: String?

  var isEmpty: Bool { width == nil && height == nil && format == nil }

  /// No larger than the picture itself, in the same proportions.
  func within(width ownWidth: Int?, height ownHeight: Int?) -> ImageSize {
    var factor = 1.0
    if let width, let ownWidth, ownWidth > 0 { factor = min(factor, Double(ownWidth) / Double(width)) }
    if let height, let ownHeight, ownHeight > 0 { factor = min(factor, Double(ownHeight) / Double(height)) }
    guard factor < 1 else { return self }
    var size = self
    size.width = width.map { max(1, Int((Double($0) * factor).rounded())) }
    size.height = height.map { max(1, Int((Double($0) * factor).rounded())) }
    return size
  }
}

/// How the address of a picture of a given size is made.
public struct ImageAddress: Hashable, Sendable {
  /// `{url}`, `{width}`, `{height}`, `{crop}` and `{format}` stand for what is asked for; nil where there is no image service.
  public let template: String?

  /// Every picture as its address says: for shops without an image service.
  public static let asGiven = ImageAddress(template: nil)

  /// Through an image service, such as `/img?src={url}&w={width}`.
  public init(template: String?) { self.template = template }

  /// The address for a size. Vector pictures, inline ones and pictures of no wanted size stay as they are.
  func address(of url: String, _ size: ImageSize) -> String {
    guard let template, !size.isEmpty, Self.isRaster(url) else { return url }
    let parts = template.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let segments = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    let path = segments.enumerated().compactMap { index, segment -> String? in
      let source = Self.source(url, in: segment, isFirst: index == 0)
      let items = segment.split(separator: ",", omittingEmptySubsequences: false).compactMap { filled($0, source, size) }
      return items.isEmpty ? nil : items.joined(separator: ",")
    }.joined(separator: "/")
    let query = parts.dropFirst().flatMap { $0.split(separator: "&") }
      .compactMap { filled($0, PercentEncoding.encode(url), size) }.joined(separator: "&")
    if query.isEmpty { return path }
    return path + (path.contains("?") ? "&" : "?") + query
  }

  /// A picture's address as it stands in the path of another: as it is where it begins that one, else without what would end a path.
  private static func source(_ url: String, in segment: Substring, isFirst: Bool) -> String {
    guard segment.hasPrefix("{url}") else { return PercentEncoding.encode(path: url) }
    if isFirst { return url }
    // The template's slash is the address's own.
    return PercentEncoding.encode(path: url.hasPrefix("/") && !url.hasPrefix("//") ? String(url.dropFirst()) : url)
  }

  /// An item with its placeholders filled; nil when it has some and nothing is there for any.
  private func filled(_ item: Substring, _ source: String, _ size: ImageSize) -> String? {
    let values: [(name: String, value: String?)] = [
      ("{width}", size.width.map(String.init)), ("{height}", size.height.map(String.init)),
      ("{crop}", size.crop.map { PercentEncoding.encode($0) }), ("{format}", size.format.map { PercentEncoding.encode($0) }),
      ("{url}", source),
    ]
    let asked = values.filter { item.contains($0.name) }
    if !asked.isEmpty, asked.allSatisfy({ $0.value == nil }) { return nil }
    var text = String(item)
    for placeholder in asked { text = text.replacing(placeholder.name, with: placeholder.value ?? "") }
    return text
  }

  static func isRaster(_ url: String) -> Bool {
    let path = url.prefix { $0 != "?" && $0 != "#" }.lowercased()
    return !path.hasPrefix("data:") && [".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif"].contains { path.hasSuffix($0) }
  }
}
