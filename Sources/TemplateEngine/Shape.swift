/// A model templates can look at without converting it: its ``shape`` names the members and how to read each.
///
///     extension Product: Bindable {
///       static let shape = Shape<Product>(("title", { .string($0.title) }), ("price", { .int($0.cents) }))
///     }
public protocol Bindable: Sendable {
  /// The members templates see. A stored `static let`: one table for the life of the process.
  static var shape: Shape<Self> { get }
}

/// The members of a model: names, and one function each that reads it.
public struct Shape<Model>: Sendable {
  /// Reads one member. Only the member a template looks at is read.
  public typealias Reader = @Sendable (Model) -> Value

  @usableFromInline let table: KeyTable
  @usableFromInline let readers: [Reader]

  /// Members in the order a loop over the model sees them.
  public init(_ members: (String, Reader)...) { self.init(members: members) }

  /// The same from an array, for shapes put together at run time.
  public init(members: [(String, Reader)]) {
    table = KeyTable(members.map(\.0))
    readers = members.map(\.1)
  }

  /// The names of all members.
  public var names: [String] { table.names }
}

/// One or many models behind one reference; a member is read in place by its number and the element's.
/// Its reader is made where the model's type is known, so that a member is read without copying the model.
@usableFromInline
final class ModelBox: Sendable {
  @usableFromInline let table: KeyTable
  @usableFromInline let count: Int
  private let read: @Sendable (_ place: Int, _ element: Int) -> Value
  private let whole: @Sendable (_ element: Int) -> any Sendable

  @usableFromInline
  init(
    table: KeyTable, count: Int, read: @escaping @Sendable (_ place: Int, _ element: Int) -> Value,
    whole: @escaping @Sendable (_ element: Int) -> any Sendable
  ) {
    self.table = table
    self.count = count
    self.read = read
    self.whole = whole
  }

  @inlinable
  convenience init<Model: Bindable>(_ models: [Model]) {
    let shape = Model.shape
    let readers = shape.readers
    self.init(
      table: shape.table, count: models.count,
      read: { place, element in models.withUnsafeBufferPointer { readers[place]($0[element]) } },
      whole: { models[$0] })
  }

  @inline(__always)
  func member(_ place: Int, of element: Int) -> Value { read(place, element) }
  func model(_ element: Int) -> any Sendable { whole(element) }
}
