import ChangeLog
import Tenancy

/// One entry to be appended, and the events that it stands for.
struct Append: Hashable {
  var touch: CoreEvent.Touch
  var events: [String]
}

/// What is appended for the events of one reading.
enum Coalescing {
  /// One entry an event; when the relay is behind, one a tenant with all their tags and the hardest class, so that it catches up and
  /// followers read less. All entries of one reading leave in one round trip, so that a hard change waits for nothing; of
  /// coalesced ones, the hard ones are the first.
  static func appends(for events: [(id: String, touch: CoreEvent.Touch)], isBehind: Bool) -> [Append] {
    guard isBehind else { return events.map { Append(touch: $0.touch, events: [$0.id]) } }
    var places: [TenantID: Int] = [:]
    var appends: [Append] = []
    var seen: [Set<Tag>] = []
    for (id, touch) in events {
      guard let place = places[touch.tenant] else {
        places[touch.tenant] = appends.count
        appends.append(Append(touch: touch, events: [id]))
        seen.append(Set(touch.tags))
        continue
      }
      appends[place].events.append(id)
      appends[place].touch.tags += touch.tags.filter { seen[place].insert($0).inserted }
      if touch.class == .hard { appends[place].touch.class = .hard }
      appends[place].touch.mark = max(appends[place].touch.mark, touch.mark)
    }
    return appends.filter { $0.touch.class == .hard } + appends.filter { $0.touch.class == .soft }
  }
}
