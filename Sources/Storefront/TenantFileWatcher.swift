import EventLoop
import FoundationEssentials
import Glibc
import Tenancy

/// Takes a changed tenants file within a second, without a restart. A file that is broken changes nothing: the old snapshot
/// serves, and the log says what is wrong and where.
@LoopActor final class TenantFileWatcher {
  private let path: String
  private let take: @LoopActor (TenantSnapshot) -> Void
  private let log: ServiceLog
  private var seen: FileVersion?
  private var isReading = false
  private var timer: EventLoop.Timer?

  /// Reads the file once at its first look, since it may have changed while the rest of the service was being read.
  init(_ path: String, log: ServiceLog, take: @escaping @LoopActor (TenantSnapshot) -> Void) {
    self.path = path
    self.log = log
    self.take = take
    timer = EventLoop.Timer(after: .seconds(1), repeating: .seconds(1)) { [weak self] in
      Loop.task { await self?.look() }
    }
  }

  func look() async {
    guard !isReading else { return }
    isReading = true
    defer { isReading = false }
    let (path, seen) = (path, seen)
    let version = await Loop.offLoop { FileVersion(of: path) }
    guard let version else {
      if seen != nil { log.note(.error, "tenants-missing", ["file": path]) }
      self.seen = nil
      return
    }
    guard version != seen else { return }
    self.seen = version
    let result = await Loop.offLoop { () -> Result<TenantSnapshot, TenancyError> in
      do throws(TenancyError) { return .success(try TenantFile.read(path)) } catch { return .failure(error) }
    }
    switch result {
    case .success(let snapshot): take(snapshot)
    case .failure(let error): log.note(.error, "tenants-rejected", ["error": error.description])
    }
  }
}

/// Tells one writing of a file from the next, a rename over it included.
struct FileVersion: Equatable, Sendable {
  private let inode: UInt64
  private let size: Int64
  private let seconds: Int
  private let nanoseconds: Int

  init?(of path: String) {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    inode = UInt64(info.st_ino)
    size = Int64(info.st_size)
    seconds = info.st_mtim.tv_sec
    nanoseconds = info.st_mtim.tv_nsec
  }
}
