extension Loop {
  /// A task on the loop whose every continuation resumes there. A plain `Task` of the loop's actor runs its own code on the loop, but
  /// Swift 6.3 sends it through the global pool each time it goes on after an await of nonisolated code.
  @LoopActor package static func task<T: Sendable>(
    _ body: @escaping @Sendable @LoopActor () async throws -> T
  ) -> Task<T, any Error> {
    Task(executorPreference: executor) { try await body() }
  }
}
