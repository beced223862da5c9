/// What is wrong with a catalogue, where in the user's own file, and what to do about it.
package struct CatalogError: Error, Hashable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// The file cannot be read or written.
    case file
    /// It is not JSON, or not CSV.
    case syntax
    /// It is, but says something that a catalogue cannot say.
    case content
    /// An edit names something that is not there.
    case unknown
  }

  package let code: Code
  package let reason: String
  /// As the user gave it; empty for an edit.
  package let file: String
  /// From 1; nil when the whole file is meant.
  package let line: Int?
  package let column: Int?
  /// The place inside the document: a JSON path (`products[3].price`) or a CSV column's name.
  package let path: String?
  package let remedy: String?

  package init(
    _ code: Code, _ reason: String, file: String = "", line: Int? = nil, column: Int? = nil, path: String? = nil,
    remedy: String? = nil
  ) {
    self.code = code
    self.reason = reason
    self.file = file
    self.line = line
    self.column = column
    self.path = path
    self.remedy = remedy
  }

  package var description: String {
    var place = file
    if let line { place += ":\(line)" }
    if line != nil, let column { place += ":\(column)" }
    if let path { place += place.isEmpty ? path : " (\(path))" }
    return (place.isEmpty ? "" : place + ": ") + reason + (remedy.map { "\n  way out: \($0)" } ?? "")
  }
}
