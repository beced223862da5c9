import ChangeLog

package final class FragmentStore<Content> {
  package init(capacity: Int, following follower: Follower) {
    fatalError()
  }
  /// Never waits.
  package func lookUp(_ key: FragmentKey) -> Lookup<Content> { .miss(.absent) }

  /// What is kept under the key if it may be served (stale included), else what `make` makes: once for all who wait for it.
  package func fragment(
    _ key: FragmentKey, make: (Moment) async throws -> Fragment<Content>
  ) async throws -> Served<Content> {
    fatalError()
  }

  /// The same, but what is stale is made again: for the caller that was asked to.
  @discardableResult
  package func refresh(
    _ key: FragmentKey, make: (Moment) async throws -> Fragment<Content>
  ) async throws -> Served<Content> {
    fatalError()
  }
}
