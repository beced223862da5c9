import TemplateEngine

/// One setting of a theme, section or block: its type decides which values are taken, and as what a template sees them.
struct SettingDefinition: Sendable {
  enum Kind: String, CaseIterable, Sendable {
    case checkbox, number, radio, range, select, text, textarea
    case color, colorBackground = "color_background", colorScheme = "color_scheme", fontPicker = "font_picker"
    case html, inlineRichtext = "inline_richtext", richtext, liquid
    case imagePicker = "image_picker", linkList = "link_list", url, video, videoURL = "video_url"
    case product, productList = "product_list", collection, collectionList = "collection_list"
    case page, blog, article, textAlignment = "text_alignment", metaobject, metaobjectList = "metaobject_list"
    case colorSchemeGroup = "color_scheme_group"
    /// Words between settings; they have no value.
    case header, paragraph, lineBreak = "line_break"

    var hasValue: Bool { self != .header && self != .paragraph && self != .lineBreak }
  }

  /// Whose value it is: a theme's own files may hold HTML, a tenant's values are data and are escaped when printed.
  enum Trust { case theme, tenant }

  let id: String
  let kind: Kind
  let options: [String]
  let minimum: Double?
  let maximum: Double?
  /// The default of the schema, or what the type says when there is none.
  private(set) var standard: Value = .null

  init(id: String, kind: Kind, options: [String] = [], minimum: Double? = nil, maximum: Double? = nil, standard: JSONNode? = nil)
  {
    self.id = id
    self.kind = kind
    self.options = options
    self.minimum = minimum
    self.maximum = maximum
    self.standard = standard.flatMap { value(of: $0, trust: .theme) } ?? natural
  }

  /// What a setting without a default is.
  private var natural: Value {
    switch kind {
    case .checkbox: .bool(false)
    case .select, .radio: options.first.map(Value.string) ?? .string("")
    case .range: minimum.map { Self.number($0) } ?? .null
    case .text, .textarea, .html, .richtext, .inlineRichtext, .liquid, .url: .string("")
    case .textAlignment: .string("left")
    default: .null
    }
  }

  /// The value a template sees, or nil when the type does not take this one.
  func value(of node: JSONNode, trust: Trust) -> Value? {
    if case .null = node.content { return natural }
    switch kind {
    case .checkbox: return node.bool.map(Value.bool)
    case .number, .range: return number(node)
    case .select, .radio:
      guard let text = node.string else { return nil }
      return options.isEmpty || options.contains(text) ? .string(text) : nil
    case .color, .colorBackground:
      guard let text = node.string else { return nil }
      // 004-4: a colour goes into a style sheet, where escaping for HTML is no protection.
      if text.isEmpty { return .string("") }
      if kind == .colorBackground { return Color.isSafeBackground(text) ? .string(text) : nil }
      return Color.isValid(text) ? .string(text) : nil
    case .fontPicker:
      guard let text = node.string else { return nil }
      return Color.isSafeFontFamily(text) ? .string(text) : nil
    case .textAlignment:
      return node.string.flatMap { ["left", "center", "right", "start", "end"].contains($0) ? .string($0) : nil }
    case .html, .richtext, .inlineRichtext, .liquid:
      guard let text = node.string else { return nil }
      return trust == .theme ? .safeHTML(text) : .string(text)
    case .url:
      guard let text = node.string else { return nil }
      return Address.isSafe(text) ? .string(text) : nil
    case .productList, .collectionList, .metaobjectList:
      guard let elements = node.elements else { return nil }
      let handles = elements.compactMap(\.string)
      return handles.count == elements.count ? .array(handles.map(Value.string)) : nil
    case .text, .textarea, .colorScheme, .imagePicker, .linkList, .video, .videoURL, .product, .collection, .page, .blog,
      .article,
      .metaobject:
      return node.string.map(Value.string)
    case .colorSchemeGroup: return node.members == nil ? nil : node.value
    case .header, .paragraph, .lineBreak: return nil
    }
  }

  private func number(_ node: JSONNode) -> Value? {
    let number: Double
    switch node.content {
    case .int(let int): number = Double(int)
    case .double(let double): number = double
    default: return nil
    }
    if let minimum, number < minimum { return nil }
    if let maximum, number > maximum { return nil }
    return Self.number(number)
  }

  private static func number(_ number: Double) -> Value { Int(exactly: number).map(Value.int) ?? .double(number) }

  /// What the type takes, for messages.
  var expectation: String {
    switch kind {
    case .checkbox: "true or false"
    case .number: "a number"
    case .range: "a number from \(Self.plain(minimum)) to \(Self.plain(maximum))"
    case .select, .radio: options.isEmpty ? "a string" : "one of " + options.map { "'\($0)'" }.joined(separator: ", ")
    case .color, .colorBackground: "a colour such as #1a2b3c"
    case .fontPicker: "a font family such as 'Inter, sans-serif'"
    case .textAlignment: "'left', 'center' or 'right'"
    case .url: "an address: http(s), mailto, tel, or a path"
    case .productList, .collectionList, .metaobjectList: "a list of handles"
    case .colorSchemeGroup: "an object"
    default: "a string"
    }
  }

  private static func plain(_ number: Double?) -> String {
    guard let number else { return "any" }
    return Int(exactly: number).map(String.init) ?? String(number)
  }
}

extension JSONNode {
  /// The same value for templates; text counts as data and is escaped when printed.
  var value: Value {
    switch content {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .int(let number): .int(number)
    case .double(let number): .double(number)
    case .string(let text): .string(text)
    case .array(let elements): .array(elements.map(\.value))
    case .object(let members): .object(members.map { ($0.name, $0.value.value) })
    }
  }
}
