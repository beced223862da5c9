import TemplateEngine

/// Filters for pictures. A picture is an address, an image (`src`, `alt`, `width`, `height`), or something that has one.
enum ImageFilters {
  static let all: [(name: String, filter: Filter)] = [
    ("image_url", imageURL), ("img_url", imgURL), ("product_img_url", imgURL), ("collection_img_url", imgURL),
    ("asset_img_url", assetImage), ("image_tag", imageTag), ("img_tag", imgTag), ("placeholder_svg_tag", placeholder),
  ]

  /// What is known of a picture.
  private struct Picture {
    var address: String
    var alt: String?
    var width: Int?
    var height: Int?

    init?(_ value: Value) {
      var value = value
      for name in ["featured_image", "image", "preview_image"] where value["src"] == nil {
        if let inner = value[name], inner["src"] != nil || inner.string != nil { value = inner }
      }
      let text = value["src"]?.plainText ?? (value.string ?? "")
      guard !text.isEmpty, Address.isSafeImage(text) else { return nil }
      address = text
      alt = value["alt"]?.plainText
      width = value["width"]?.wholeNumber
      height = value["height"]?.wholeNumber
    }
  }

  /// `{{ image | image_url: width: 400, height: 400, crop: 'center', format: 'webp' }}`; the address as it is when there is no image
  /// service or the picture is a drawing.
  private static let imageURL = Filter(total: { input, arguments, host in
    guard let picture = Picture(input) else { return .string("") }
    return .string(address(of: picture, size(arguments), host: host))
  })

  /// The older form: `{{ image | img_url: '400x' }}`.
  private static let imgURL = Filter(total: { input, arguments, host in
    guard let picture = Picture(input) else { return .string("") }
    return .string(address(of: picture, size(ofName: arguments[0].plainText, arguments), host: host))
  })

  private static let assetImage = Filter(total: { input, arguments, host in
    guard let path = host?.assetPath(input.plainText) else { return .string("") }
    return .string(host?.page.images.address(of: path, size(ofName: arguments[0].plainText, arguments)) ?? path)
  })

  private static func address(of picture: Picture, _ size: ImageSize, host: RenderHost?) -> String {
    host?.page.images.address(of: picture.address, size.within(width: picture.width, height: picture.height)) ?? picture.address
  }

  /// What is asked for by name. A side that is no side of a picture counts as not given.
  private static func size(_ arguments: FilterArguments) -> ImageSize {
    func side(_ name: String) -> Int? { arguments[name]?.wholeNumber.flatMap { sides.contains($0) ? $0 : nil } }
    func word(_ name: String) -> String? { arguments[name].map(\.plainText).flatMap { $0.isEmpty ? nil : $0 } }
    return ImageSize(width: side("width"), height: side("height"), crop: word("crop"), format: word("format"))
  }

  private static let sides = 1...5760

  /// `400x300`, `400x`, `x300`, or one of Shopify's names.
  private static func size(ofName name: String, _ arguments: FilterArguments) -> ImageSize {
    let names = [
      "pico": 16, "icon": 32, "thumb": 50, "small": 100, "compact": 160, "medium": 240, "large": 480, "grande": 600,
      "master": 5760,
    ]
    var size = size(arguments)
    if let side = names[name] {
      size.width = side
    } else {
      let parts = name.split(separator: "x", maxSplits: 1, omittingEmptySubsequences: false)
      let given = parts.map { Int($0).flatMap { sides.contains($0) ? $0 : nil } }
      (size.width, size.height) = (given.first ?? nil, given.count == 2 ? given[1] : nil)
    }
    return size
  }

  /// `<img>` with its dimensions and always an `alt`. Loading, sizes and other attributes are the author's.
  private static let imageTag = Filter(total: { input, arguments, host in
    guard let picture = Picture(input) else { return .string("") }
    let asked = size(arguments)
    var tag = "<img\(Markup.attribute("src", address(of: picture, asked, host: host)))"
    tag += Markup.attribute("alt", arguments["alt"]?.plainText ?? picture.alt ?? "")
    tag += dimensions(picture, arguments)
    let set = sourceSet(picture, asked, arguments, host: host)
    // HTML allows sizes beside a srcset only.
    let given = Attributes.given(arguments, except: set.isEmpty ? printed.union(["sizes"]) : printed)
    return .safeHTML(tag + set + given + ">")
  })

  private static let printed: Set<String> = ["alt", "width", "height", "crop", "format", "srcset", "widths", "preload"]

  /// What was asked for; the missing side from the picture's own proportions, so that nothing moves when it arrives.
  private static func dimensions(_ picture: Picture, _ arguments: FilterArguments) -> String {
    var width = arguments["width"]?.wholeNumber
    var height = arguments["height"]?.wholeNumber
    if let ownWidth = picture.width, let ownHeight = picture.height, ownWidth > 0, ownHeight > 0 {
      if width == nil && height == nil { (width, height) = (ownWidth, ownHeight) }
      let proportion = Double(ownHeight) / Double(ownWidth)
      if let known = width, height == nil, known < 100_000 {
        height = Int((Double(known) * proportion).rounded())
      } else if let known = height, width == nil, known < 100_000 {
        width = Int((Double(known) / proportion).rounded())
      }
    }
    return (width.map { Markup.attribute("width", String($0)) } ?? "")
      + (height.map { Markup.attribute("height", String($0)) } ?? "")
  }

  /// The picture in the widths asked for, none above its own: in the place of those that are stands its own width.
  private static func sourceSet(_ picture: Picture, _ asked: ImageSize, _ arguments: FilterArguments, host: RenderHost?) -> String
  {
    guard let images = host?.page.images, images.template != nil, ImageAddress.isRaster(picture.address) else { return "" }
    let widths =
      arguments["widths"]?.plainText.split(separator: ",").compactMap { Int($0.filter { !$0.isWhitespace }) }
      ?? [352, 832, 1200, 1920]
    var set: [String] = []
    var seen: Set<Int> = []
    for width in widths.prefix(16) where sides.contains(width) {
      var size = asked
      size.width = width
      size.height = asked.height.flatMap { height in
        asked.width.map { max(1, Int((Double(height) * Double(width) / Double($0)).rounded())) }
      }
      size = size.within(width: picture.width, height: picture.height)
      guard let real = size.width, seen.insert(real).inserted else { continue }
      set.append("\(images.address(of: picture.address, size)) \(real)w")
    }
    return set.isEmpty ? "" : Markup.attribute("srcset", set.joined(separator: ", "))
  }

  /// The older form: `{{ url | img_tag: alt, class }}`.
  private static let imgTag = Filter(total: { input, arguments, _ in
    guard let picture = Picture(input) else { return .string("") }
    let name = arguments[1].plainText
    return .safeHTML(
      "<img\(Markup.attribute("src", picture.address))\(Markup.attribute("alt", arguments[0].plainText))"
        + "\(name.isEmpty ? "" : Markup.attribute("class", name))>")
  })

  /// A quiet drawing where a picture will be. Decorative: it says nothing to a screen reader.
  private static let placeholder = Filter(total: { input, arguments, _ in
    let isWide = input.plainText.hasPrefix("collection") || input.plainText.hasPrefix("lifestyle")
    let (width, height) = isWide ? (800, 450) : (525, 525)
    let name = arguments[0].plainText.isEmpty ? "placeholder-svg" : arguments[0].plainText
    let (x, y) = (width / 2, height / 2)
    let box = "<rect width=\"\(width)\" height=\"\(height)\" fill=\"currentColor\" opacity=\".08\"/>"
    let hills = "<path d=\"M\(x - 70) \(y + 50)l50-60 36 40 24-26 40 46z\" fill=\"currentColor\" opacity=\".25\"/>"
    let sun = "<circle cx=\"\(x + 35)\" cy=\"\(y - 35)\" r=\"15\" fill=\"currentColor\" opacity=\".25\"/>"
    let head =
      "<svg\(Markup.attribute("class", name)) viewBox=\"0 0 \(width) \(height)\" aria-hidden=\"true\" focusable=\"false\""
    return .safeHTML("\(head) xmlns=\"http://www.w3.org/2000/svg\">\(box)\(hills)\(sun)</svg>")
  })
}
