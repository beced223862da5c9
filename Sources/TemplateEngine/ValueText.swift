/// Values as text, the way Ruby's Liquid prints them.
extension Value {
  /// What the value prints, without escaping.
  public var plainText: String {
    switch storage {
    case .null, .deferred, .lookup, .empty, .blank: return ""
    case .bool(let value): return value ? "true" : "false"
    case .int(let value): return String(value)
    case .double(let value): return Self.text(of: value)
    case .string(let text, _): return text
    case .mixed(let mixed): return mixed.text
    case .html(let bytes): return String(decoding: bytes, as: UTF8.self)
    case .range(let lower, let upper): return "\(lower)..\(upper)"
    case .array, .models, .object, .bound: return nestedText(depth: 0)
    }
  }

  /// A list prints its elements one after the other, lists in it likewise.
  private func nestedText(depth: Int) -> String {
    guard depth < 64 else { return "" }
    switch storage {
    case .array(let elements):
      var text = ""
      for element in elements {
        if element.isList { text += element.nestedText(depth: depth + 1) } else { text += element.plainText }
      }
      return text
    case .models(let models):
      return (0..<models.count).map { Value(.bound(models, $0)).inspected(depth: depth + 1) }.joined()
    case .object, .bound: return inspected(depth: depth)
    default: return plainText
    }
  }

  /// As Ruby's `inspect` shows it: what a list or map inside text looks like.
  func inspected(depth: Int = 0) -> String {
    guard depth < 64 else { return "…" }
    switch storage {
    case .null, .deferred, .lookup, .empty, .blank: return "nil"
    case .string, .mixed, .html: return Self.quoted(plainText)
    case .array(let elements):
      return "[" + elements.map { $0.inspected(depth: depth + 1) }.joined(separator: ", ") + "]"
    case .models(let models):
      return "[" + (0..<models.count).map { Value(.bound(models, $0)).inspected(depth: depth + 1) }.joined(separator: ", ")
        + "]"
    case .object(let object):
      let members = zip(object.table.names, object.values).map { name, value in
        "\(Self.quoted(name))=>\(value.inspected(depth: depth + 1))"
      }
      return "{" + members.joined(separator: ", ") + "}"
    case .bound(let models, let element):
      let members = models.layout.keys.names.indices.map { place in
        "\(Self.quoted(models.layout.keys.names[place]))=>\(models.member(place, of: element).inspected(depth: depth + 1))"
      }
      return "{" + members.joined(separator: ", ") + "}"
    default: return plainText
    }
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    var isSign = false
    for scalar in text.unicodeScalars {
      // `#{`, `#$` and `#@` would be looked into where Ruby reads it.
      if isSign, scalar == "{" || scalar == "$" || scalar == "@" {
        result.insert("\\", at: result.index(before: result.endIndex))
      }
      isSign = scalar == "#"
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{07}": result += "\\a"
      case "\u{08}": result += "\\b"
      case "\u{0B}": result += "\\v"
      case "\u{0C}": result += "\\f"
      case "\u{1B}": result += "\\e"
      case "\u{00}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// Ruby's Float#to_s: always a point, an exponent outside 1e-4 ..< 1e15.
  static func text(of value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
    let decimal = Decimal(value)
    var digits = decimal.digits
    if digits == "0" { return value.sign == .minus ? "-0.0" : "0.0" }
    let point = digits.utf8.count + decimal.exponent
    let sign = value < 0 ? "-" : ""
    // Sixteen digits before the point are written out only where more follow it.
    if point > 16 || (point == 16 && digits.utf8.count <= 16) || point < -3 {
      let first = digits.removeFirst()
      let power = point - 1
      let magnitude = power.magnitude < 10 ? "0\(power.magnitude)" : "\(power.magnitude)"
      return "\(sign)\(first).\(digits.isEmpty ? "0" : digits)e\(power < 0 ? "-" : "+")\(magnitude)"
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    if point >= digits.utf8.count { return sign + digits + String(repeating: "0", count: point - digits.utf8.count) + ".0" }
    return sign + digits.prefix(point) + "." + digits.dropFirst(point)
  }

  var typeName: String {
    switch storage {
    case .null: "nil"
    case .bool(let value): value ? "true" : "false"
    case .int: "Integer"
    case .double: "Float"
    case .string, .mixed, .html: "String"
    case .array, .models: "Array"
    case .object, .bound, .lookup: "Hash"
    case .range: "Range"
    case .deferred: "deferred data"
    case .empty: "empty"
    case .blank: "blank"
    }
  }
}
