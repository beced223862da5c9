// Overlays plugins' fillers on a theme's default fillers: a pure function, no I/O, and the same result whatever order
// the plugins are given in.
//
// Every default filler is a *place*; so is every plugin filler that stands somewhere. Places form a forest: the roots
// are the prepended fillers, the theme's defaults in the theme's order, and the appended fillers; each other filler
// hangs on the place its anchor names (before, after, replace, wrap). A filler has one anchor, so the forest is found by
// following anchors, and printing it is one walk: what hangs before a place, its content, what hangs after it. The
// content of a place is the theme's filler, or nothing when it was removed, or the place that replaces it, with the
// wrappers around. Siblings (same operation, same anchor) are in the order of (priority, plugin id, filler id).
//
// What follows from "a place outlives its content":
//  * fillers before or after a removed or replaced filler stand where it would have been;
//  * a wrapper wraps what stands at the place, also a replacement; the lowest priority is the innermost;
//  * of several replacements the first in order stands, the others are left out with a warning;
//  * a replacement stands even if another plugin removes the original; `remove:<plugin>/<id>` removes the replacement.
// An anchor that is not there (its plugin was removed, the theme has no such section): a filler that brings content is
// appended, in the order of priority among the appended; `remove` and `wrap` do nothing; one warning each.

struct Overlay {
  struct Entry {
    let plugin: String
    let filler: PluginFiller
    var qualifiedID: String { "\(plugin)/\(filler.id)" }
    var order: (Int, String, String) { (filler.priority, plugin, filler.id) }
  }

  /// Fillers of one slot in the order they are printed.
  static func fill(_ slot: String, defaults: [Filler], with entries: [Entry], warnings: inout [SlotWarning]) -> [Filler] {
    if entries.isEmpty { return defaults }
    var overlay = Overlay(slot: slot, defaults: defaults, entries: entries.sorted { $0.order < $1.order })
    let fillers = overlay.run()
    warnings += overlay.warnings
    return fillers
  }

  /// Where fillers hang on one place, as indices of `entries`, in order.
  private struct Hangers {
    var before: [Int] = []
    var after: [Int] = []
    var replacing: [Int] = []
    var wrapping: [Int] = []
    var isRemoved = false

    mutating func drop(_ index: Int) {
      before.removeAll { $0 == index }
      after.removeAll { $0 == index }
      replacing.removeAll { $0 == index }
      wrapping.removeAll { $0 == index }
    }
  }

  private let slot: String
  private let defaults: [Filler]
  private let entries: [Entry]
  private var hangers: [String: Hangers] = [:]
  private var prepended: [Int] = []
  private var appended: [Int] = []
  private var parents: [Int: String] = [:]
  private var warnings: [SlotWarning] = []

  private init(slot: String, defaults: [Filler], entries: [Entry]) {
    self.slot = slot
    self.defaults = defaults
    self.entries = entries
  }

  private mutating func run() -> [Filler] {
    hang()
    breakCircles()
    return prepended.flatMap { place($0) } + defaults.flatMap { place(ofDefault: $0) } + appended.flatMap { place($0) }
  }

  /// Finds the place each entry hangs on. An anchor is a default filler's id, else a filler of the same plugin, else
  /// `plugin/id`; a `remove` is not a place and cannot be an anchor.
  private mutating func hang() {
    var places = Set(defaults.map(\.id))
    for entry in entries where entry.filler.filler != nil { places.insert(entry.qualifiedID) }
    for (index, entry) in entries.enumerated() {
      guard let anchor = entry.filler.operation.anchor else {
        if case .prepend = entry.filler.operation { prepended.append(index) } else { appended.append(index) }
        continue
      }
      let known = [anchor, "\(entry.plugin)/\(anchor)"].first { places.contains($0) && $0 != entry.qualifiedID }
      guard let known else {
        let name = entry.filler.operation.name
        switch entry.filler.operation {
        case .remove: warn(.noSuchAnchor, entry, "nothing in this slot has the id '\(anchor)', so there is nothing to remove")
        case .wrap:
          // Its place stays, without content, for what hangs on it.
          appended.append(index)
          hangers[entry.qualifiedID, default: .init()].isRemoved = true
          warn(.noSuchAnchor, entry, "nothing in this slot has the id '\(anchor)', so there is nothing to wrap")
        default:
          appended.append(index)
          warn(
            .noSuchAnchor, entry, "nothing in this slot has the id '\(anchor)' of '\(name):\(anchor)', so the filler is appended")
        }
        continue
      }
      parents[index] = known
      switch entry.filler.operation {
      case .before: hangers[known, default: .init()].before.append(index)
      case .after: hangers[known, default: .init()].after.append(index)
      case .replace: hangers[known, default: .init()].replacing.append(index)
      case .wrap: hangers[known, default: .init()].wrapping.append(index)
      case .remove:
        parents[index] = nil
        hangers[known, default: .init()].isRemoved = true
      case .append, .prepend: break
      }
    }
  }

  /// Fillers that anchor to each other in a circle hang on no root. The first of them by plugin and id is appended, and
  /// what hangs on it is reached through it; again, until no circle is left.
  private mutating func breakCircles() {
    let places = Dictionary(entries.indices.map { (entries[$0].qualifiedID, $0) }, uniquingKeysWith: { first, _ in first })
    func isInCircle(_ index: Int) -> Bool {
      var next = parents[index].flatMap { places[$0] }
      for _ in entries.indices {
        guard let step = next else { return false }
        if step == index { return true }
        next = parents[step].flatMap { places[$0] }
      }
      return false
    }
    let byName = entries.indices.sorted {
      (entries[$0].plugin, entries[$0].filler.id) < (entries[$1].plugin, entries[$1].filler.id)
    }
    for index in byName where isInCircle(index) {
      let entry = entries[index]
      guard let parent = parents.removeValue(forKey: index) else { continue }
      hangers[parent]?.drop(index)
      if case .wrap = entry.filler.operation {
        warn(.circularAnchor, entry, "it wraps '\(parent)', which anchors back to it, so it is not rendered")
        hangers[entry.qualifiedID, default: .init()].isRemoved = true
      } else {
        warn(.circularAnchor, entry, "it anchors to '\(parent)', which anchors back to it, so it is appended")
      }
      appended.append(index)
    }
    appended.sort { entries[$0].order < entries[$1].order }
  }

  private mutating func place(ofDefault filler: Filler) -> [Filler] { place(filler, id: filler.id, around: []) }

  private mutating func place(_ index: Int, around content: [Filler] = []) -> [Filler] {
    guard let filler = entries[index].filler.filler else { return [] }
    return place(filler, id: entries[index].qualifiedID, around: content)
  }

  /// One place with all that hangs on it. `content` is what the filler wraps, if it is a wrapper.
  private mutating func place(_ filler: Filler, id: String, around content: [Filler]) -> [Filler] {
    guard let hanging = hangers[id] else { return [filler.wrapping(content)] }
    var core: [Filler]
    if let winner = hanging.replacing.first {
      core = place(winner, around: content)
      for loser in hanging.replacing.dropFirst() {
        let entry = entries[loser]
        warn(.alreadyReplaced, entry, "'\(id)' is already replaced by '\(entries[winner].qualifiedID)', so this is not rendered")
        hangers[entry.qualifiedID, default: .init()].isRemoved = true
        core += place(loser)
      }
    } else {
      core = hanging.isRemoved ? content : [filler.wrapping(content)]
    }
    for wrapper in hanging.wrapping {
      if core.isEmpty {
        warn(.nothingToWrap, entries[wrapper], "'\(id)' was removed, so there is nothing to wrap")
        hangers[entries[wrapper].qualifiedID, default: .init()].isRemoved = true
      }
      core = place(wrapper, around: core)
    }
    return hanging.before.flatMap { place($0) } + core + hanging.after.flatMap { place($0) }
  }

  private mutating func warn(_ kind: SlotWarning.Kind, _ entry: Entry, _ message: String) {
    warnings.append(.init(kind: kind, plugin: entry.plugin, filler: entry.filler.id, slot: slot, message: message))
  }
}

extension Filler {
  fileprivate func wrapping(_ content: [Filler]) -> Filler {
    if content.isEmpty { return self }
    var wrapper = self
    wrapper.wrapped = content
    if content.contains(where: \.isPrivate) { (wrapper.isPrivate, wrapper.cache) = (true, .none) }
    return wrapper
  }
}
