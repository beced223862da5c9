/// Reads the members of one JSON object and reports what is missing, of the wrong kind, or unknown.
struct ObjectReader {
  let file: String
  let node: JSONNode
  /// What the object is, for messages: `theme.json`, `this section`.
  let subject: String

  /// The object, or a finding when it is something else.
  init?(_ node: JSONNode?, subject: String, file: String, report: inout Report) {
    guard let node else { return nil }
    guard node.members != nil else {
      report.add(.error, "wrong-type", "\(subject) must be an object, not \(node.kind)", in: file, at: node.place)
      return nil
    }
    self.file = file
    self.node = node
    self.subject = subject
  }

  /// Reports members outside `known`. One that is close to a known name is certainly a slip and an error; another one
  /// may be meant for someone else and is a warning. Names that start with `x-` are the author's own.
  func checkKeys(_ known: [String], report: inout Report) {
    for member in node.members ?? [] where !known.contains(member.name) && !member.name.hasPrefix("x-") {
      let close = NearMiss.of(member.name, in: known)
      report.add(
        close == nil ? .warning : .error, "unknown-key", "\(subject) has no key '\(member.name)'", in: file, at: member.place,
        wayOut: close.map { "did you mean '\($0)'?" } ?? "known keys: \(known.joined(separator: ", "))")
    }
  }

  func string(_ key: String, required: Bool = false, report: inout Report) -> String? {
    guard let value = node[key] else {
      if required { missing(key, "a string", report: &report) }
      return nil
    }
    guard let text = value.string else { return wrong(key, "a string", value, report: &report) }
    if required && text.isEmpty { report.add(.error, "empty", "'\(key)' of \(subject) is empty", in: file, at: value.place) }
    return text
  }

  func int(_ key: String, in range: ClosedRange<Int>, report: inout Report) -> Int? {
    guard let value = node[key] else { return nil }
    guard let number = value.int, range.contains(number) else {
      return wrong(key, "a whole number from \(range.lowerBound) to \(range.upperBound)", value, report: &report)
    }
    return number
  }

  func bool(_ key: String, report: inout Report) -> Bool? {
    guard let value = node[key] else { return nil }
    guard let flag = value.bool else { return wrong(key, "true or false", value, report: &report) }
    return flag
  }

  func object(_ key: String, report: inout Report) -> ObjectReader? {
    ObjectReader(node[key], subject: "'\(key)' of \(subject)", file: file, report: &report)
  }

  func elements(_ key: String, report: inout Report) -> [JSONNode]? {
    guard let value = node[key] else { return nil }
    guard let elements = value.elements else { return wrong(key, "a list", value, report: &report) }
    return elements
  }

  /// A list of strings with their places; other elements are findings.
  func strings(_ key: String, report: inout Report) -> [(text: String, place: Place)]? {
    guard let elements = elements(key, report: &report) else { return nil }
    var strings: [(String, Place)] = []
    for element in elements {
      if let text = element.string {
        strings.append((text, element.place))
      } else {
        report.add(
          .error, "wrong-type", "'\(key)' of \(subject) is a list of strings, and this is \(element.kind)", in: file,
          at: element.place)
      }
    }
    return strings
  }

  func missing(_ key: String, _ expected: String, report: inout Report) {
    report.add(
      .error, "missing-key", "\(subject) lacks '\(key)'", in: file, at: node.place, wayOut: "add \"\(key)\": \(expected)")
  }

  private func wrong<T>(_ key: String, _ expected: String, _ value: JSONNode, report: inout Report) -> T? {
    report.add(
      .error, "wrong-type", "'\(key)' of \(subject) must be \(expected), not \(value.description)", in: file, at: value.place)
    return nil
  }
}

extension JSONNode: CustomStringConvertible {
  /// A scalar as written, anything else by its kind.
  var description: String {
    switch content {
    case .int(let number): String(number)
    case .double(let number): String(number)
    case .bool(let flag): String(flag)
    case .string(let text): text.count <= 40 ? "\"\(text)\"" : "a string"
    default: kind
    }
  }
}
