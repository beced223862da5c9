import CUv

/// Calls back on the loop for each delivery of a signal, until released.
@LoopActor package final class SignalSource {
  private let handle: UnsafeMutablePointer<uv_signal_t>
  private let action: @LoopActor () -> Void

  package init(_ signal: Int32, _ action: @escaping @LoopActor () -> Void) {
    self.action = action
    handle = .allocate(capacity: 1)
    uv_signal_init(Loop.executor.loop, handle)
    handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    uv_signal_start(
      handle,
      { @Sendable handle, _ in
        let source = Unmanaged<SignalSource>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
        Loop.assumeIsolated { source.action() }
      }, signal)
  }

  isolated deinit {
    uv_signal_stop(handle)
    uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) { @Sendable in $0!.deallocate() }
  }
}
