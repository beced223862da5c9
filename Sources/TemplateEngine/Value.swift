/// A value a template works with. Scalars and references only: copying one never copies data, and a typed model is
/// bound (``bound(_:)``, ``models(_:)``) rather than converted.
public struct Value: Sendable {
  /// Where text came from decides whether it is escaped when printed under automatic escaping.
  enum Trust: UInt8, Sendable {
    /// From data: escaped.
    case data
    /// Written in a template, holding no data: printed as it is, `escape` escapes all of it.
    case literal
    /// HTML whose data parts are already escaped, or that the host vouches for: `escape` does not escape twice.
    case markup
    /// Data that `escape` escaped for HTML.
    case escaped
    /// What `json` wrote: safe in a script as well.
    case json
    /// The author vouches for it, in every place: `raw`.
    case raw
  }

  enum Storage: Sendable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String, Trust)
    case mixed(MixedText)
    case html([UInt8])
    case array([Value])
    case object(ObjectBox)
    case bound(ModelBox, Int)
    case models(ModelBox)
    case range(Int, Int)
    case deferred(RequestBox)
    case lookup(String)
    case empty
    case blank
  }

  var storage: Storage

  init(_ storage: Storage) { self.storage = storage }

  /// `nil`: prints nothing, is false.
  public static let null = Value(.null)
  /// A truth value.
  public static func bool(_ value: Bool) -> Value { Value(.bool(value)) }
  /// A whole number.
  public static func int(_ value: Int) -> Value { Value(.int(value)) }
  /// A floating-point number.
  public static func double(_ value: Double) -> Value { Value(.double(value)) }
  /// Text from data: escaped when printed under automatic escaping.
  public static func string(_ value: String) -> Value { Value(.string(value, .data)) }
  /// HTML the caller vouches for: never escaped in text. In an attribute's value, a script or a style it cannot leave its place.
  public static func safeHTML(_ value: String) -> Value { Value(.string(value, .markup)) }
  /// The same as bytes, as a render gives them: printed without being looked at. They should be UTF-8; where text is needed,
  /// what is not is replaced.
  public static func safeHTML(bytes: [UInt8]) -> Value { Value(.html(bytes)) }
  /// A list.
  public static func array(_ values: [Value]) -> Value { Value(.array(values)) }
  /// A map; the order of members is the order a loop sees. A repeated key takes its last value.
  public static func object(_ members: [(String, Value)]) -> Value { Value(.object(ObjectBox(members))) }
  /// A typed model, looked at through its ``Bindable/shape``; nothing is converted.
  public static func bound<Model: Bindable>(_ model: Model) -> Value { Value(.bound(ModelBox([model]), 0)) }
  /// A list of typed models: one reference, however long; elements are not boxed.
  public static func models<Model: Bindable>(_ models: [Model]) -> Value { Value(.models(ModelBox(models))) }
  /// The whole numbers of a closed range; empty when `upper < lower`.
  public static func range(_ lower: Int, _ upper: Int) -> Value { Value(.range(lower, upper)) }
  /// Data fetched when a template looks at it: the render stops with ``Outcome/needs(_:)``.
  public static func deferred(_ request: DataRequest) -> Value { Value(.deferred(RequestBox(request))) }
  /// A map of data fetched by key: `x.key` and `x['key']` are the request `kind(key)`.
  public static func lookup(kind: String) -> Value { Value(.lookup(kind)) }
}

/// Holds a request behind one reference, so that ``Value`` stays small.
final class RequestBox: Sendable {
  let request: DataRequest
  init(_ request: DataRequest) { self.request = request }
}
