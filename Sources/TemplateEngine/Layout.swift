/// How the members of a model lie in memory: for each its offset and kind, so that a stored property is read in place, and a
/// nested model is no more than an offset. Computed members have a function instead.
final class Layout: Sendable {
  let keys: KeyTable
  /// Bytes from one element of a list to the next.
  let stride: Int
  let model: ObjectIdentifier
  let fields: [Field]
  private let fieldAddress: Address

  init(keys: KeyTable, stride: Int, model: ObjectIdentifier, fields: [Field]) {
    self.keys = keys
    self.stride = stride
    self.model = model
    self.fields = fields
    fieldAddress = Address(of: fields)
  }

  /// What look-up sites remember it by.
  @inline(__always)
  var identity: UnsafeRawPointer { UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()) }

  @inline(__always)
  func field(_ place: Int) -> UnsafePointer<Field> { fieldAddress.pointer(to: Field.self) + place }
}

/// One member of a ``Layout``.
struct Field: Sendable {
  enum Kind: UInt8, Sendable {
    case text, optionalText, html, whole, optionalWhole, truth, decimal
    /// A model that lies in its owner.
    case model
    /// A list of models.
    case models
    /// The first model of a list that has one.
    case first
    case computed
  }

  let kind: Kind
  private(set) var offset: Int
  /// The layout of a nested model. A function, for a model may hold a list of its own kind.
  let inner: (@Sendable () -> Layout)?
  let read: (@Sendable (UnsafeRawPointer) -> Value)?
  /// Where the models of a list begin, and how many they are.
  let list: (@Sendable (UnsafeRawPointer) -> (Address, Int))?

  init(
    _ kind: Kind, offset: Int, inner: (@Sendable () -> Layout)? = nil,
    list: (@Sendable (UnsafeRawPointer) -> (Address, Int))? = nil
  ) {
    self.kind = kind
    self.offset = offset
    self.inner = inner
    self.list = list
    read = nil
  }

  /// A computed member; the function is given the model's address.
  init(read: @escaping @Sendable (UnsafeRawPointer) -> Value) {
    kind = .computed
    offset = 0
    inner = nil
    list = nil
    self.read = read
  }

  /// The same of a model that lies in another one. A computed one's function is given the inner model's address.
  func moved(by distance: Int) -> Field {
    var field = self
    field.offset += distance
    return field
  }

  /// The member as a value. `at` is its own address, offset included; what it refers to is kept alive by `owner`.
  func value(at address: UnsafeRawPointer, owner: ModelBox) -> Value {
    switch kind {
    case .text: .string(address.assumingMemoryBound(to: String.self).pointee)
    case .optionalText: address.assumingMemoryBound(to: String?.self).pointee.map { .string($0) } ?? .null
    case .html: .safeHTML(address.assumingMemoryBound(to: String.self).pointee)
    case .whole: .int(address.assumingMemoryBound(to: Int.self).pointee)
    case .optionalWhole: address.assumingMemoryBound(to: Int?.self).pointee.map { .int($0) } ?? .null
    case .truth: .bool(address.assumingMemoryBound(to: Bool.self).pointee)
    case .decimal: .double(address.assumingMemoryBound(to: Double.self).pointee)
    case .model:
      inner.map { Value(.bound(ModelBox(layout: $0(), address: Address(address), count: 1, owner: owner), 0)) } ?? .null
    case .models: models(at: address, owner: owner)
    case .first: first(at: address, owner: owner)
    case .computed: read.map { $0(address) } ?? .null
    }
  }

  private func models(at address: UnsafeRawPointer, owner: ModelBox) -> Value {
    guard let inner, let list else { return .null }
    let (first, count) = list(address)
    return Value(.models(ModelBox(layout: inner(), address: first, count: count, owner: owner)))
  }

  private func first(at address: UnsafeRawPointer, owner: ModelBox) -> Value {
    guard let inner, let first = firstAddress(at: address) else { return .null }
    return Value(.bound(ModelBox(layout: inner(), address: Address(first), count: 1, owner: owner), 0))
  }

  /// Where the first model of the list begins; nil if there is none.
  func firstAddress(at address: UnsafeRawPointer) -> UnsafeRawPointer? {
    guard let (first, count) = list?(address), count > 0 else { return nil }
    return first.pointer
  }
}
