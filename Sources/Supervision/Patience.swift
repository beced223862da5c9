/// How long the supervisor waits for what. The defaults are what an operator gets; tests use shorter ones.
package struct Patience: Sendable {
  package var toBecomeReady: Duration = .seconds(15)
  package var betweenHeartbeats: Duration = .seconds(3)
  package var toDrain: Duration = .seconds(30)
  /// A worker that served for this long did not fail at the start: its replacement comes at once.
  package var toCountAsSteady: Duration = .seconds(10)
  package var firstWait: Duration = .milliseconds(100)
  package var longestWait: Duration = .seconds(10)
  /// Starts without a single ready worker after which the supervisor gives up (exit code 3).
  package var firstStarts = 5

  package init() {}

  /// Nothing after the first failure, for a worker may die of one bad moment; then doubling.
  func wait(after failures: Int) -> Duration {
    failures < 2 ? .zero : min(longestWait, firstWait * (1 << min(failures - 2, 16)))
  }
}
