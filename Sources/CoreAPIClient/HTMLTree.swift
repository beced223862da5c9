// The C-facing half of sanitising: parse with libxml2, walk the tree without recursion (input decides how deep it is),
// and tell the writer what was met.

import CXml2

enum HTMLTree {
  /// Elements that are dropped with all they contain: their content is code or not text for a reader.
  private static let dropped: Set<String> = [
    "script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "svg", "math", "template", "noscript",
    "noembed", "noframes", "xmp", "plaintext", "textarea", "select", "head", "title", "audio", "video", "canvas",
  ]

  static func write(_ source: String, limit: Int) -> (html: String, text: String) {
    // Wrapped in a body, so that loose text stays where it is; control characters would end or confuse the C string.
    var bytes = Array("<html><body>".utf8)
    bytes += source.utf8.prefix(limit).lazy.filter { $0 >= 0x20 && $0 != 0x7f || $0 == 0x0a || $0 == 0x09 || $0 == 0x0d }
    var writer = HTMLWriter()
    _ = initialized
    if let context = htmlNewParserCtxt() {
      defer { htmlFreeParserCtxt(context) }
      let options =
        HTML_PARSE_RECOVER.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue
        | HTML_PARSE_NONET.rawValue | HTML_PARSE_NODEFDTD.rawValue | HTML_PARSE_IGNORE_ENC.rawValue
      let document = bytes.withUnsafeBufferPointer { buffer in
        buffer.withMemoryRebound(to: CChar.self) {
          htmlCtxtReadMemory(context, $0.baseAddress, Int32($0.count), nil, "UTF-8", Int32(options))
        }
      }
      if let document {
        walk(xmlDocGetRootElement(document), &writer)
        xmlFreeDoc(document)
      }
    }
    return writer.finish()
  }

  /// libxml2 asks to be set up once before threads share it.
  private static let initialized: Void = xmlInitParser()

  private static func walk(_ root: xmlNodePtr?, _ writer: inout HTMLWriter) {
    guard let root else { return }
    var node = root
    while true {
      var descends = false
      switch node.pointee.type {
      case XML_TEXT_NODE:
        writer.write(text: string(node.pointee.content))
      case XML_ELEMENT_NODE:
        let name = string(node.pointee.name).lowercased()
        if !dropped.contains(name) {
          writer.open(name, href: name == "a" ? attribute("href", of: node) : nil)
          if node.pointee.children != nil { descends = true } else { writer.close(name) }
        }
      default: break  // comments, CDATA, processing instructions, entity references: nothing for a reader
      }
      if descends, let child = node.pointee.children {
        node = child
        continue
      }
      while node.pointee.next == nil {
        guard node != root, let parent = node.pointee.parent else { return }
        node = parent
        writer.close(string(node.pointee.name).lowercased())
        if node == root { return }
      }
      guard node != root, let next = node.pointee.next else { return }
      node = next
    }
  }

  /// The value's text pieces; read from the tree, since the function that joins them hands out memory to free.
  private static func attribute(_ name: String, of node: xmlNodePtr) -> String? {
    var value = ""
    var piece = xmlHasProp(node, name)?.pointee.children
    while let text = piece {
      guard text.pointee.type == XML_TEXT_NODE else { return nil }
      value += string(text.pointee.content)
      piece = text.pointee.next
    }
    return value
  }

  private static func string(_ pointer: UnsafePointer<xmlChar>?) -> String {
    pointer.map { String(cString: $0) } ?? ""
  }
}
