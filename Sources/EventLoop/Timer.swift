import CUv

/// Calls back on the loop, once or again and again, until it is stopped or released.
@LoopActor package final class Timer {
  private let handle: UnsafeMutablePointer<uv_timer_t>
  private let action: @LoopActor () -> Void

  package init(after delay: Duration, repeating period: Duration? = nil, _ action: @escaping @LoopActor () -> Void) {
    self.action = action
    handle = .allocate(capacity: 1)
    uv_timer_init(Loop.executor.loop, handle)
    handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    uv_update_time(Loop.executor.loop)
    uv_timer_start(
      handle,
      { @Sendable handle in
        // The handle is stopped in `deinit` before the object goes, so an unretained reference is alive here.
        let timer = Unmanaged<Timer>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
        Loop.assumeIsolated { timer.action() }
      }, delay.inTimerMilliseconds, period.map { max(1, $0.inTimerMilliseconds) } ?? 0)
  }

  package func stop() {
    uv_timer_stop(handle)
  }

  isolated deinit {
    uv_timer_stop(handle)
    uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) { @Sendable in $0!.deallocate() }
  }
}
