// C-facing: one element written by libxml2's text writer into memory of its own, freed with this object.

import CXml2

final class Element {
  private let buffer: xmlBufferPtr
  private let writer: xmlTextWriterPtr

  /// nil when there is no memory.
  init?(_ name: String) {
    guard let buffer = xmlBufferCreate() else { return nil }
    guard let writer = xmlNewTextWriterMemory(buffer, 0) else {
      xmlBufferFree(buffer)
      return nil
    }
    (self.buffer, self.writer) = (buffer, writer)
    xmlTextWriterStartElement(writer, name)
  }

  deinit {
    xmlFreeTextWriter(writer)
    xmlBufferFree(buffer)
  }

  func add(_ name: String, _ text: String) {
    xmlTextWriterStartElement(writer, name)
    // Written raw: libxml2 leaves quotes in text alone, and the protocol asks for all five as entities.
    xmlTextWriterWriteRaw(writer, Self.escaped(text))
    xmlTextWriterEndElement(writer)
  }

  func add(_ outer: String, _ name: String, _ text: String) {
    xmlTextWriterStartElement(writer, outer)
    add(name, text)
    xmlTextWriterEndElement(writer)
  }

  func add(link address: String, language: String) {
    xmlTextWriterStartElement(writer, "xhtml:link")
    for (name, value) in [("rel", "alternate"), ("hreflang", language), ("href", address)] {
      xmlTextWriterStartAttribute(writer, name)
      xmlTextWriterWriteRaw(writer, Self.escaped(value))
      xmlTextWriterEndAttribute(writer)
    }
    xmlTextWriterEndElement(writer)
  }

  func finish() -> [UInt8] {
    xmlTextWriterEndElement(writer)
    xmlTextWriterFlush(writer)
    let bytes = UnsafeBufferPointer(start: xmlBufferContent(buffer), count: Int(xmlBufferLength(buffer)))
    return Array(bytes) + [0x0a]
  }

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "'": escaped += "&apos;"
      case "\"": escaped += "&quot;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
