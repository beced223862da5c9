/// The filters, tags and escaping that templates are compiled with. Prepare one at start and share it.
public struct Environment: Sendable {
  /// What happens to text from data when it is printed.
  public enum Escaping: Sendable {
    /// Printed as it is, as Liquid does; `escape` is the author's duty.
    case manual
    /// Text from data is escaped for the place in the page it is printed in, unless it is typed as safe HTML or written in
    /// the template.
    case auto
  }

  /// What templates may be written in.
  public enum Grammar: Sendable {
    /// Liquid, and nothing else.
    case liquid
    /// Liquid with `not`, parentheses, comparisons as values, `a if b else c`, lists and maps in expressions, and the tags `embed`,
    /// `fill`, `extends` and `block`. What Liquid reads means the same.
    case extended
  }

  /// The escaping of templates compiled here.
  public let escaping: Escaping
  /// The grammar of templates compiled here.
  public let grammar: Grammar
  /// Bytes a template may have. With the defaults of this and ``maximumTokens`` it compiles, whatever is in it, in less than 50
  /// milliseconds and 64 MiB; both grow as they do.
  public var maximumSourceBytes = 256 << 10
  /// Names, numbers, texts and signs a template's tags and outputs may have together, each of these counted as two more.
  public var maximumTokens = 50_000
  var filters: [String: Filter] = [:]
  var tags: [String: HostTag] = [:]

  /// An environment with Liquid's own tags and filters.
  public init(escaping: Escaping = .manual, grammar: Grammar = .liquid) {
    self.escaping = escaping
    self.grammar = grammar
  }

  /// Adds a filter, or replaces the one of the same name for templates compiled afterwards.
  public mutating func addFilter(_ name: String, _ filter: Filter) { filters[name] = filter }

  /// Adds a tag. Liquid's own tags cannot be replaced: theirs win.
  public mutating func addTag(_ name: String, _ tag: HostTag) { tags[name] = tag }

  /// Compiles a template; on failure the error lists every problem of the source. One that is larger than
  /// ``maximumSourceBytes`` is not read.
  public func compile(_ source: String, name: String) throws(TemplateErrors) -> Template {
    try compile(Array(source.utf8), name: name)
  }

  /// The same from bytes, as read from a file. Bytes that are not UTF-8 stay as they are outside of tags.
  public func compile(_ source: [UInt8], name: String) throws(TemplateErrors) -> Template {
    var compiler = Compiler(environment: self, name: name, source: source)
    return try compiler.compile()
  }
}

/// A tag the host gives meaning to.
public enum HostTag: Sendable {
  /// `{% slot 'x', key: value %}`: the render stops with a ``DataRequest`` of the tag's name and arguments, and prints
  /// what is supplied.
  case request
  /// `{% schema %}…{% endschema %}`: the text is kept in ``Template/rawBlocks`` and prints nothing.
  case rawBlock
}

/// Where partials (`render`, `include`) come from.
public protocol PartialSource: Sendable {
  /// The compiled partial of a name, or nil when there is none. A source that compiles when it is asked throws what the
  /// compiler found: the render ends, or goes on, as after any other fault, with the place in the partial.
  func template(named name: String) throws(TemplateErrors) -> Template?

  /// The names there are, for the suggestion when one is missing; none unless the source says so.
  var names: [String] { get }
}

extension PartialSource {
  /// None.
  public var names: [String] { [] }
}

/// A partial source from a dictionary.
public struct PartialLibrary: PartialSource {
  private let templates: [String: Template]
  /// Partials by name; empty when nothing is given.
  public init(_ templates: [String: Template] = [:]) { self.templates = templates }
  /// The partials' names.
  public var names: [String] { Array(templates.keys) }
  /// The partial of that name.
  public func template(named name: String) -> Template? { templates[name] }
}
