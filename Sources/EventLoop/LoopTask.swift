extension Loop {
  /// A task on the loop whose every continuation resumes there. A plain `Task` of the loop's actor runs its own code on the loop, but
  /// Swift 6.3 sends it through the loop's queue at each await, and through the global pool each time it goes on after an await of
  /// nonisolated code.
  @discardableResult
  @LoopActor package static func task<T: Sendable>(
    _ body: @escaping @Sendable @LoopActor () async throws -> T
  ) -> Task<T, any Error> {
    Task(executorPreference: executor) { try await body() }
  }

  /// Lets others have the loop, if this turn has been a millisecond's already: whoever has more to do than a moment's work asks here
  /// between its pieces. Short work is done in one go, with all it holds still in the processor's caches.
  @LoopActor package static func giveWay() async {
    if executor.isTurnLong { await Task.yield() }
  }

  /// Runs the body so that whatever it waits for, it goes on here: the same preference, for a part of a task that was begun
  /// without one (`Task.immediate` begins at once only without).
  @LoopActor package static func staying<T>(_ body: () async throws -> T) async rethrows -> T {
    try await withTaskExecutorPreference(executor) { try await body() }
  }
}
