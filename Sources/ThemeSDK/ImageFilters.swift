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

  /// `{{ image | image_url: width: 400 }}`; the address as it is when there is no image service or the picture is a drawing.
  private static let imageURL = Filter(total: { input, arguments, host in
    guard let picture = Picture(input) else { return .string("") }
    return .string(address(of: picture, width: arguments["width"]?.wholeNumber, host: host))
  })

  /// The older form: `{{ image | img_url: '400x' }}`.
  private static let imgURL = Filter(total: { input, arguments, host in
    guard let picture = Picture(input) else { return .string("") }
    return .string(address(of: picture, width: width(ofSize: arguments[0].plainText), host: host))
  })

  private static let assetImage = Filter(total: { input, arguments, host in
    guard let path = host?.assetPath(input.plainText) else { return .string("") }
    return .string(host?.page.images.address(of: path, width: width(ofSize: arguments[0].plainText)) ?? path)
  })

  private static func address(of picture: Picture, width: Int?, host: RenderHost?) -> String {
    host?.page.images.address(of: picture.address, width: width.flatMap { (1...5760).contains($0) ? $0 : nil }) ?? picture.address
  }

  /// `400x300`, `400x`, or one of Shopify's names.
  private static func width(ofSize size: String) -> Int? {
    let names = [
      "pico": 16, "icon": 32, "thumb": 50, "small": 100, "compact": 160, "medium": 240, "large": 480, "grande": 600,
      "master": 5760,
    ]
    return names[size] ?? Int(size.prefix { $0 != "x" })
  }

  /// `<img>` with its dimensions and always an `alt`. Loading, sizes and other attributes are the author's.
  private static let imageTag = Filter(total: { input, arguments, host in
    guard let picture = Picture(input) else { return .string("") }
    let asked = arguments["width"]?.wholeNumber
    var tag = "<img\(Markup.attribute("src", address(of: picture, width: asked, host: host)))"
    tag += Markup.attribute("alt", arguments["alt"]?.plainText ?? picture.alt ?? "")
    tag += dimensions(picture, arguments)
    tag += sourceSet(picture, arguments, host: host)
    return .safeHTML(tag + Attributes.given(arguments, except: ["alt", "width", "height", "srcset", "widths", "preload"]) + ">")
  })

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

  private static func sourceSet(_ picture: Picture, _ arguments: FilterArguments, host: RenderHost?) -> String {
    guard let images = host?.page.images, images.template != nil, ImageAddress.isRaster(picture.address) else { return "" }
    let widths =
      arguments["widths"]?.plainText.split(separator: ",").compactMap { Int($0.filter { !$0.isWhitespace }) }
      ?? [352, 832, 1200, 1920].filter { $0 <= picture.width ?? .max }
    let set = widths.prefix(16).map { "\(images.address(of: picture.address, width: $0)) \($0)w" }.joined(separator: ", ")
    return set.isEmpty ? "" : Markup.attribute("srcset", set)
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
