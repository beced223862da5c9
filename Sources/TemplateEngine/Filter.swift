/// A filter: a function of its input, its arguments and the render's context.
public struct Filter: Sendable {
  /// What a filter does.
  public typealias Body =
    @Sendable (_ input: Value, _ arguments: FilterArguments, _ context: FilterContext) throws(FilterError) -> Value

  let body: Body
  /// It gives text made of several origins on as such. Others get it as HTML.
  var takesMixedText = false

  /// A filter from its function. The function must be pure but for ``FilterContext/host``: an instruction that has to
  /// wait for data is run again from its start.
  public init(_ body: @escaping Body) { self.body = body }
}

/// The evaluated arguments of one use of a filter.
public struct FilterArguments: Sendable {
  /// Most uses of a filter have none: then there is nothing to hold.
  private let list: List?

  private final class List: Sendable {
    let positional: [Value]
    let named: [(name: String, value: Value)]

    init(_ positional: [Value], _ named: [(name: String, value: Value)]) {
      self.positional = positional
      self.named = named
    }
  }

  /// Arguments without a name, in order.
  public var positional: [Value] { list?.positional ?? [] }
  /// Arguments written `name: value`, in order.
  public var named: [(name: String, value: Value)] { list?.named ?? [] }

  init() { list = nil }

  init(positional: [Value], named: [(name: String, value: Value)]) { list = List(positional, named) }

  /// The number of arguments without a name.
  public var count: Int { positional.count }
  /// The argument at a place, or null when there are fewer.
  public subscript(index: Int) -> Value {
    guard let list, index < list.positional.count else { return .null }
    return list.positional[index]
  }
  /// The argument of a name, if given; the last one wins.
  public subscript(name: String) -> Value? { named.last { $0.name == name }?.value }
}

/// Why a filter cannot answer. A message is printed or thrown with the place of the filter in its template.
public struct FilterError: Error, Sendable {
  enum Reason: Sendable {
    case message(String)
    case needs(DataRequest)
    case limit(RenderError.Cause)
    case partial(TemplateError)
  }

  let reason: Reason
  let suggestion: String?

  init(reason: Reason) {
    self.reason = reason
    suggestion = nil
  }

  /// A problem in words a theme author understands, without the filter's name or place, and the way out if there is one.
  public init(_ message: String, suggestion: String? = nil) {
    reason = .message(message)
    self.suggestion = suggestion
  }
}
