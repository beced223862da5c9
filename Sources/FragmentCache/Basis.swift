// What a piece of content rests on, gathered while it is made: the tags of all it read, the oldest asOf among them, the end of the
// shortest life. A page made of parts that were all checked at one position has that position; a part that was served
// stale keeps its old asOf, so it never raises the page's, and what contains it is not kept.

import ChangeLog

package struct Basis: Sendable {
  /// Each once.
  package var tags: [Tag] { added.isEmpty ? first : first + added }
  /// Those of the first read, in the memory they came in: most parts of a page rest on what the page rests on, and need no copy.
  private var first: [Tag] = []
  private var added: [Tag] = []
  /// When what is made expires, on the follower's clock. Counted from before the reads, so that it is never too late.
  package private(set) var freshUntil: Duration
  package private(set) var staleFor: Duration
  /// The worst of the parts.
  package private(set) var freshness = Freshness.fresh
  /// False once a part was stale, or its parts belong to different lives of the log, or the maker said so: then what is made
  /// serves the request it was made for and no other.
  package private(set) var isShareable: Bool
  private let start: Moment
  private var oldest: Position?

  /// - Parameters:
  ///   - moment: what the maker was given, or the follower's moment before the first read.
  ///   - ttl: this content's own life; what it reads may shorten it.
  ///   - staleFor: how long after a soft change it may still be shown while it is made again.
  package init(_ moment: Moment, ttl: Duration, staleFor: Duration = .zero) {
    start = moment
    freshUntil = moment.time + ttl
    self.staleFor = staleFor
    isShareable = ttl > .zero
  }

  /// Of something that another process made and shared.
  init(loaded tags: [Tag], asOf: Position, freshUntil: Duration, staleFor: Duration) {
    start = Moment(position: asOf, time: .zero)
    first = tags
    self.freshUntil = freshUntil
    self.staleFor = staleFor
    isShareable = true
  }

  /// What was made shows everything up to here. Content that read nothing depends on its key alone.
  package var asOf: Position { oldest ?? start.position }

  /// Adds a read of a source.
  /// - Parameters:
  ///   - moment: the follower's moment **before** the read was issued.
  ///   - validFor: until the next price or sale boundary, relative to the answer.
  package mutating func read(_ tags: [Tag], at moment: Moment, validFor: Duration? = nil) {
    add(tags)
    add(asOf: moment.position)
    if let validFor { freshUntil = min(freshUntil, moment.time + validFor) }
  }

  /// Adds a fragment that was served by a store.
  package mutating func add<Content>(_ part: Served<Content>) {
    add(part.fragment)
    freshness = max(freshness, part.freshness)
    if part.freshness > .fresh { isShareable = false }
  }

  /// Adds a fragment that a store's look-up found fresh.
  package mutating func add<Content>(_ part: Fragment<Content>) {
    add(part.basis.tags)
    add(asOf: part.asOf)
    freshUntil = min(freshUntil, part.basis.freshUntil)
    staleFor = min(staleFor, part.basis.staleFor)
    freshness = max(freshness, part.basis.freshness)
    if !part.basis.isShareable { isShareable = false }
  }

  /// What is made is for one request only: an error page, a part that failed.
  package mutating func forbidSharing() { isShareable = false }

  /// Makes one list of the tags, for content that is kept and checked again and again.
  mutating func settle() {
    guard !added.isEmpty else { return }
    first += added
    added = []
  }

  private mutating func add(_ more: [Tag]) {
    guard !first.isEmpty else { return first = more }
    let isFirst = first.withUnsafeBufferPointer { first in
      more.withUnsafeBufferPointer { $0.baseAddress == first.baseAddress && $0.count == first.count }
    }
    guard !isFirst, !more.isEmpty else { return }
    // Parts of a page read what the page is about, again and again.
    var known = 0
    while known < more.count, known < first.count, first[known] == more[known] { known += 1 }
    guard known < more.count else { return }
    // Most contents have few tags, and then scanning beats hashing.
    guard (first.count + added.count) * (more.count - known) > 256 else {
      // What was added last is asked for again soonest.
      for tag in more[known...] where added.lastIndex(of: tag) == nil && first.lastIndex(of: tag) == nil { added.append(tag) }
      return
    }
    var seen = Set(first)
    seen.formUnion(added)
    for tag in more[known...] where seen.insert(tag).inserted { added.append(tag) }
  }

  private mutating func add(asOf: Position) {
    guard let oldest else { return self.oldest = asOf }
    guard oldest.epoch == asOf.epoch else { return isShareable = false }
    if asOf.number < oldest.number { self.oldest = asOf }
  }
}
