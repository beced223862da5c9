import EventLoop
import FoundationEssentials
import Glibc
import Tenancy

/// Takes a changed tenants file within a second, without a restart. A file that is broken changes nothing: the old snapshot
/// serves, and the log says what is wrong and where.
@LoopActor final class TenantFileWatcher {
  private let path: String
  private let directory: TenantDirectory
  private let log: ServiceLog
  private var seen: FileVersion?
  private var isReading = false
  private var timer: EventLoop.Timer?

  init(_ path: String, directory: TenantDirectory, log: ServiceLog) {
    self.path = path
    self.directory = directory
    self.log = log
    seen = FileVersion(of: path)
    timer = EventLoop.Timer(after: .seconds(1), repeating: .seconds(1)) { [weak self] in
      Task { await self?.look() }
    }
  }

  func look() async {
    guard !isReading else { return }
    isReading = true
    defer { isReading = false }
    let (path, seen) = (path, seen)
    let version = await Loop.offLoop { FileVersion(of: path) }
    guard let version, version != seen else { return }
    self.seen = version
    let result = await Loop.offLoop { () -> Result<TenantSnapshot, TenancyError> in
      do throws(TenancyError) { return .success(try TenantFile.read(path)) } catch { return .failure(error) }
    }
    switch result {
    case .success(let snapshot):
      directory.replace(with: snapshot)
      log.note(.info, "tenants-reloaded", ["tenants": "\(snapshot.tenants.count)"])
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
