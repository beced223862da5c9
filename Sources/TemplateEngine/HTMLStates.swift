/// The states a place of a template can be in: one for nearly all, several where branches that were joined read different
/// text. They go on side by side and mostly become one again a few bytes later.
struct HTMLStates: Equatable, Sendable {
  /// More ways than any author tells apart: all are given up for `unknown`.
  static let most = 8

  private(set) var first: HTMLState
  private(set) var others: [HTMLState] = []

  init(_ state: HTMLState) { first = state }

  var isText: Bool { first.isText && others.allSatisfy(\.isText) }

  /// Adds ways; true when they are new.
  mutating func join(_ more: HTMLStates) -> Bool {
    let before = others.count
    let wasKnown = first.phase != .unknown
    for state in [more.first] + more.others where state != first && !others.contains(state) && first.phase != .unknown {
      if state.phase == .unknown || others.count + 2 > Self.most {
        first = HTMLState()
        first.phase = .unknown
        others = []
      } else {
        others.append(state)
      }
    }
    return others.count != before || (wasKnown && first.phase == .unknown)
  }

  mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) {
    if bytes.first == UInt8(ascii: "="), !others.isEmpty, first.isPrintedName {
      // Behind a name that was printed; without one it would be the begin of a name that means nothing.
      others.removeAll { $0.phase == .beforeName }
    }
    first.read(bytes)
    guard !others.isEmpty else { return }
    for at in others.indices { others[at].read(bytes) }
    unite()
  }

  /// Goes on behind a printed value, which may have been empty.
  mutating func passValue() {
    first.passValue()
    for at in others.indices { others[at].passValue() }
    // `<a {{ attributes }}href=…`: what follows is a name of its own if nothing was printed, or something with its end.
    for state in [first] + others where state.isPrintedName {
      var unprinted = state
      unprinted.phase = .beforeName
      unprinted.nameIsPrinted = false
      others.append(unprinted)
    }
    unite()
  }

  private mutating func unite() {
    let all = others
    others = []
    for state in all { _ = join(HTMLStates(state)) }
  }

  /// A state whose escaping is safe in all.
  var strictest: HTMLState { others.reduce(first) { $0.strictest(with: $1) } }
}

extension HTMLState {
  /// A name of an attribute was printed, and nothing stood before it.
  fileprivate var isPrintedName: Bool { phase == .name && nameIsPrinted && name.isEmpty }

  fileprivate var isName: Bool {
    switch phase {
    case .beforeName, .name, .afterName, .afterValue: true
    default: false
    }
  }

  private var isPlainValue: Bool {
    phase == .value || phase == .beforeValue
      ? [.plain, .printed, .type, .equivalent].contains(attribute) || (attribute == .content && !isRefresh && dashes == 0) : false
  }

  private var isAddressValue: Bool {
    (phase == .value || phase == .beforeValue) && [.url, .media, .candidates].contains(attribute)
      && address != .script && address != .opaque
  }

  fileprivate func strictest(with other: HTMLState) -> HTMLState {
    if self == other { return self }
    if isName, other.isName { return name.isEmpty && !nameIsPrinted ? other : self }
    if phase == .tagName || phase == .tagOpen, other.phase == .tagName || other.phase == .tagOpen {
      return phase == .tagName ? self : other
    }
    // From here on what differs must not be the lexers: a string is not code.
    if phase == other.phase, quote == other.quote, element == other.element, attribute == other.attribute {
      if phase == .comment { return self }
      if phase == .raw, element == .script, scriptKind == other.scriptKind, script.agrees(with: other.script) { return self }
      if phase == .raw, element == .style, style.agrees(with: other.style) { return self }
      if phase == .value, attribute == .handler, script.agrees(with: other.script) { return self }
      if phase == .value, attribute == .style, style.agrees(with: other.style) { return self }
    }
    // In text, and in values that are read as text, what is right for the narrower one is right for all.
    let ranks = [self, other].map { $0.isAddressValue ? 2 : $0.isPlainValue ? 1 : $0.isText || $0.isPlainRaw ? 0 : -1 }
    guard ranks[0] >= 0, ranks[1] >= 0 else {
      var unknown = HTMLState()
      unknown.phase = .unknown
      return unknown
    }
    var result = ranks[0] >= ranks[1] ? self : other
    let unquoted = [self, other].contains { !$0.isText && !$0.isPlainRaw && $0.quote == .none }
    if unquoted || (ranks[0] > 0 && ranks[1] > 0 && quote != other.quote) { result.quote = .none }
    if ranks == [2, 2], attribute != other.attribute { result.attribute = .url }
    if ranks == [2, 2], address != other.address { result.address = address == .rest ? other.address : address }
    return result
  }

  /// Goes on behind a printed value that was not empty. What it may contain is decided so that it cannot leave its place.
  mutating func passValue() {
    switch phase {
    case .text, .unknown, .bogus: break
    case .tagOpen, .endTagOpen:
      beginTag(isEnd: phase == .endTagOpen)
      nameIsPrinted = true
    case .tagName, .name: nameIsPrinted = true
    case .beforeName, .afterName, .afterValue:
      beginName()
      nameIsPrinted = true
    case .beforeValue:
      beginValue(.none)
      passValue()
    case .value:
      isInEntity = false
      name = HTMLName()
      switch attribute {
      case .url, .media, .content:
        if address == .start || address == .open { address = .printed }
        if address == .script { script.passValue() }
      case .handler: script.passValue()
      case .style: style.passValue()
      case .type, .equivalent: word = HTMLName("is printed, so long")
      case .plain, .printed, .document, .candidates: break
      }
    case .declaration: phase = .bogus
    case .comment: dashes = 0
    case .raw:
      progress = 0
      dashes = 0
      name = HTMLName()
      if element == .script { script.passValue() } else if element == .style { style.passValue() }
    }
  }
}

extension ScriptState {
  /// A value is written alike in both.
  func agrees(with other: ScriptState) -> Bool {
    mode == other.mode && isLost == other.isLost && !isPending && !other.isPending
  }
}

extension StyleState {
  func agrees(with other: StyleState) -> Bool {
    mode == other.mode && isAddress == other.isAddress && address == other.address && progress == other.progress
      && isInValue == other.isInValue
  }
}
