package struct Image: Hashable, Sendable {
  /// An absolute address, or a path on the shop's own host.
  package var src: String
  package var alt: String
  /// Pixels; nil when the platform does not say.
  package var width: Int?
  package var height: Int?

  package init(src: String, alt: String = "", width: Int? = nil, height: Int? = nil) {
    (self.src, self.alt, self.width, self.height) = (src, alt, width, height)
  }
}

extension Image: Codable {
  private enum CodingKeys: String, CodingKey { case src, alt, width, height }

  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      src: try from.decode(String.self, forKey: .src),
      alt: try from.decodeIfPresent(String.self, forKey: .alt) ?? "",
      width: try from.decodeNumberIfPresent(Int.self, forKey: .width),
      height: try from.decodeNumberIfPresent(Int.self, forKey: .height))
  }
}
