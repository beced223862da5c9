/// A piece of data a render stopped for. The host fetches it and answers with ``Render/supply(_:for:)``.
public struct DataRequest: Hashable, Sendable, CustomStringConvertible {
  /// What is asked for: a tag's name (`slot`, `section`) or the kind of a ``Value/lookup(kind:)``.
  public let kind: String
  /// Positional arguments as printed text, then named ones as `key=value`, in the order of the template.
  public let arguments: [String]

  /// Creates a request; `arguments` are compared as written.
  public init(kind: String, arguments: [String]) {
    self.kind = kind
    self.arguments = arguments
  }

  /// The argument written as `name: value`, if there is one.
  public subscript(named name: String) -> String? {
    for argument in arguments where argument.utf8.count > name.utf8.count && argument.hasPrefix(name + "=") {
      return String(argument.dropFirst(name.count + 1))
    }
    return nil
  }

  /// `kind(argument, argument)`, for logs.
  public var description: String { "\(kind)(\(arguments.joined(separator: ", ")))" }
}
