/// A model templates can look at without converting it: its ``shape`` names the members and how to read each.
///
///     extension Product: Bindable {
///       static let shape = Shape<Product>(
///         .field("title", \.title), .field("image", \.image), .computed("price") { .int($0.cents) })
///     }
public protocol Bindable: Sendable {
  /// The members templates see. A stored `static let`: one table for the life of the process.
  static var shape: Shape<Self> { get }
}

/// The members of a model, in the order a loop over the model sees them. A repeated name takes its last member.
public struct Shape<Model>: Sendable {
  /// Reads one member. Only the member a template looks at is read.
  public typealias Reader = @Sendable (Model) -> Value

  let layout: Layout

  /// Members of any kind.
  public init(_ members: Member<Model>...) { self.init(members: members) }

  /// Members that are all computed.
  public init(_ members: (String, Reader)...) { self.init(members: members.map { .computed($0, $1) }) }

  /// The same from an array, for shapes put together at run time.
  public init(members: [Member<Model>]) {
    layout = Layout(
      keys: KeyTable(members.map(\.name)), stride: MemoryLayout<Model>.stride, model: ObjectIdentifier(Model.self),
      fields: members.map(\.field))
  }

  /// The members of a model that lies in this one as if they were its own, and more. Of a name in both the outer one holds.
  ///
  ///     static let shape = Shape<Detail>(including: \.product, .field("reviews", \.reviews))
  /// - Parameter path: a stored property of a struct.
  public init<Inner: Bindable>(including path: any KeyPath<Model, Inner> & Sendable, _ members: Member<Model>...) {
    guard let offset = MemoryLayout<Model>.offset(of: path) else {
      preconditionFailure("\(Model.self): what a shape includes is a stored property of a struct")
    }
    let inner = Inner.shape.layout
    let own = Set(members.map(\.name))
    let included = zip(inner.keys.names, inner.fields).filter { !own.contains($0.0) }
    layout = Layout(
      keys: KeyTable(included.map(\.0) + members.map(\.name)), stride: MemoryLayout<Model>.stride,
      model: ObjectIdentifier(Model.self),
      fields: included.map { $0.1.moved(by: offset) } + members.map(\.field))
  }

  /// The names of all members.
  public var names: [String] { layout.keys.names }
}

/// A member of a model: its name and how it is read. A stored property of a struct is read where it lies; what is computed, or
/// belongs to a class, through a function.
public struct Member<Model>: Sendable {
  let name: String
  let field: Field

  private init(_ name: String, _ field: Field) {
    self.name = name
    self.field = field
  }

  /// A computed member; the function is given the model's address.
  @usableFromInline
  init(_ name: String, _ read: @escaping @Sendable (UnsafeRawPointer) -> Value) {
    self.init(name, Field(read: read))
  }

  private init(
    _ name: String, _ kind: Field.Kind, _ path: PartialKeyPath<Model>, _ read: @escaping Shape<Model>.Reader
  ) {
    if let offset = MemoryLayout<Model>.offset(of: path) {
      self.init(name, Field(kind, offset: offset))
    } else {
      self = .computed(name, read)
    }
  }

  /// A member made when a template looks at it.
  @inlinable
  public static func computed(_ name: String, _ read: @escaping Shape<Model>.Reader) -> Member {
    Member(name) { read($0.assumingMemoryBound(to: Model.self).pointee) }
  }

  /// The same, read where the model lies: of a large one a copy costs more than the member. The pointer is good during the call.
  public static func inPlace(_ name: String, _ read: @escaping @Sendable (UnsafePointer<Model>) -> Value) -> Member {
    Member(name) { read($0.assumingMemoryBound(to: Model.self)) }
  }

  /// Text from data.
  public static func field(_ name: String, _ path: any KeyPath<Model, String> & Sendable) -> Member {
    Member(name, .text, path) { .string($0[keyPath: path]) }
  }

  /// Text from data, or null.
  public static func field(_ name: String, _ path: any KeyPath<Model, String?> & Sendable) -> Member {
    Member(name, .optionalText, path) { $0[keyPath: path].map { .string($0) } ?? .null }
  }

  /// HTML the host vouches for: never escaped.
  public static func html(_ name: String, _ path: any KeyPath<Model, String> & Sendable) -> Member {
    Member(name, .html, path) { .safeHTML($0[keyPath: path]) }
  }

  /// A whole number.
  public static func field(_ name: String, _ path: any KeyPath<Model, Int> & Sendable) -> Member {
    Member(name, .whole, path) { .int($0[keyPath: path]) }
  }

  /// A whole number, or null.
  public static func field(_ name: String, _ path: any KeyPath<Model, Int?> & Sendable) -> Member {
    Member(name, .optionalWhole, path) { $0[keyPath: path].map { .int($0) } ?? .null }
  }

  /// A truth value.
  public static func field(_ name: String, _ path: any KeyPath<Model, Bool> & Sendable) -> Member {
    Member(name, .truth, path) { .bool($0[keyPath: path]) }
  }

  /// A floating-point number.
  public static func field(_ name: String, _ path: any KeyPath<Model, Double> & Sendable) -> Member {
    Member(name, .decimal, path) { .double($0[keyPath: path]) }
  }

  /// A model in the model.
  public static func field<Inner: Bindable>(_ name: String, _ path: any KeyPath<Model, Inner> & Sendable) -> Member {
    guard let offset = MemoryLayout<Model>.offset(of: path) else { return .computed(name) { .bound($0[keyPath: path]) } }
    return Member(name, Field(.model, offset: offset, inner: { Inner.shape.layout }))
  }

  /// A list of models.
  @inlinable
  public static func field<Inner: Bindable>(_ name: String, _ path: any KeyPath<Model, [Inner]> & Sendable) -> Member {
    guard let offset = MemoryLayout<Model>.offset(of: path) else { return .computed(name) { .models($0[keyPath: path]) } }
    return Member(name, listAt: offset, of: Inner.self) { address in
      let models = address.assumingMemoryBound(to: [Inner].self)
      return (Address(of: models.pointee), models.pointee.count)
    }
  }

  /// The first model of a list, or null where the list is empty.
  @inlinable
  public static func first<Inner: Bindable>(_ name: String, of path: any KeyPath<Model, [Inner]> & Sendable) -> Member {
    guard let offset = MemoryLayout<Model>.offset(of: path) else {
      return .computed(name) { $0[keyPath: path].first.map { .bound($0) } ?? .null }
    }
    return Member(name, listAt: offset, of: Inner.self, isFirst: true) { address in
      let models = address.assumingMemoryBound(to: [Inner].self)
      return (Address(of: models.pointee), models.pointee.count)
    }
  }

  @usableFromInline
  init<Inner: Bindable>(
    _ name: String, listAt offset: Int, of type: Inner.Type, isFirst: Bool = false,
    _ list: @escaping @Sendable (UnsafeRawPointer) -> (Address, Int)
  ) {
    self.init(name, Field(isFirst ? .first : .models, offset: offset, inner: { Inner.shape.layout }, list: list))
  }
}

/// One or many models behind one reference; a member is read in place by its number and the element's.
final class ModelBox: Sendable {
  let layout: Layout
  let count: Int
  private let first: Address
  /// The models' array, or the box of the model they lie in.
  private let owner: any Sendable

  init(layout: Layout, address: Address, count: Int, owner: any Sendable) {
    self.layout = layout
    self.count = count
    self.owner = owner
    first = address
  }

  convenience init<Model: Bindable>(_ models: [Model]) {
    self.init(layout: Model.shape.layout, address: Address(of: models), count: models.count, owner: models)
  }

  @inline(__always)
  func address(of element: Int) -> UnsafeRawPointer { first.pointer + element &* layout.stride }

  func member(_ place: Int, of element: Int) -> Value {
    let field = layout.field(place)
    return field.pointee.value(at: address(of: element) + field.pointee.offset, owner: self)
  }

  func model<Model: Bindable>(_ element: Int, as type: Model.Type) -> Model? {
    guard layout.model == ObjectIdentifier(type) else { return nil }
    return address(of: element).assumingMemoryBound(to: type).pointee
  }
}
