/// What a value's members are looked up by, beside the value itself, which keeps it alive: nothing is counted on the way.
struct View {
  /// The identity of the model's layout or the map's table; nil for values whose members are not looked up at once.
  var keys: UnsafeRawPointer?
  /// The model, or the first of the map's values.
  var base: UnsafeRawPointer
  /// The models' owner; nil for a map.
  var box: Unmanaged<ModelBox>?

  static var none: View { View(nil, Address.nothing, nil) }

  @inline(__always)
  init(_ keys: UnsafeRawPointer?, _ base: UnsafeRawPointer, _ box: Unmanaged<ModelBox>?) {
    self.keys = keys
    self.base = base
    self.box = box
  }

  @inline(__always)
  init(of value: UnsafePointer<Value>) {
    switch value.pointee.storage {
    case .object(let object): self.init(object.identity.pointer, object.first.pointer, nil)
    case .bound(let models, let element):
      self.init(models.layout.identity, models.address(of: element), .passUnretained(models))
    default: self = .none
    }
  }
}

/// Where a value was found: in memory as a ``Value``, or as a field of a model. Good until the next look-up.
struct Place {
  let pointer: UnsafeRawPointer
  /// Nil for a ``Value``.
  let field: UnsafePointer<Field>?
  let box: Unmanaged<ModelBox>?

  @inline(__always)
  init(_ value: UnsafePointer<Value>) {
    pointer = UnsafeRawPointer(value)
    field = nil
    box = nil
  }

  @inline(__always)
  init(_ pointer: UnsafeRawPointer, _ field: UnsafePointer<Field>, _ box: Unmanaged<ModelBox>) {
    self.pointer = pointer
    self.field = field
    self.box = box
  }

  /// A copy, for whoever keeps it.
  var value: Value {
    guard let field, let box else { return pointer.assumingMemoryBound(to: Value.self).pointee }
    return field.pointee.value(at: pointer, owner: box.takeUnretainedValue())
  }

  /// What looking at it makes: looked at twice, it would be made twice.
  @inline(__always)
  var isComputed: Bool { field.map { $0.pointee.kind == .computed } ?? false }

  /// A number that is not there.
  @inline(__always)
  var isAbsent: Bool {
    guard let field else {
      if case .null = pointer.assumingMemoryBound(to: Value.self).pointee.storage { return true }
      return false
    }
    return field.pointee.kind == .optionalWhole && pointer.assumingMemoryBound(to: Int?.self).pointee == nil
  }

  /// The number, where it is one at once.
  @inline(__always)
  var whole: Int? {
    guard let field else {
      if case .int(let number) = pointer.assumingMemoryBound(to: Value.self).pointee.storage { return number }
      return nil
    }
    return switch field.pointee.kind {
    case .whole: pointer.assumingMemoryBound(to: Int.self).pointee
    case .optionalWhole: pointer.assumingMemoryBound(to: Int?.self).pointee
    default: nil
    }
  }
}

/// A look-up by name: what it found the last time. It keeps the table it remembers, so that no other can take its place in memory.
struct Site {
  var keys: UnsafeRawPointer?
  var number = 0
  var field: UnsafePointer<Field>?
  /// The layout of a model that lies in the model.
  var inner: UnsafeRawPointer?
  private var table: AnyObject?
  private var innerLayout: Layout?

  mutating func remember(_ table: KeyTable, number: Int) {
    self.table = table
    self.number = number
    keys = table.identity
  }

  mutating func remember(_ layout: Layout, number: Int) {
    table = layout
    self.number = number
    field = layout.field(number)
    let kind = layout.field(number).pointee.kind
    innerLayout = kind == .model || kind == .first ? layout.field(number).pointee.inner?() : nil
    inner = innerLayout?.identity
    keys = layout.identity
  }
}
