import ChangeLog
import Delivery
import EventLoop
import FoundationEssentials
import FragmentCache
import Glibc
import HTTP
import Tenancy
import ThemeSDK

/// Files: a theme's assets from memory, and the shop's own folder under `public/`.
///
/// A path is looked for in `public/<tenant>/` and then in `public/_shared/`, never in another tenant's folder. The gate has
/// refused dot segments and NUL; here a hidden name is not served, and a symbolic link that leads out of the folder is not followed.
@LoopActor package final class PublicFiles {
  nonisolated private static let largestFile = 16 << 20

  private struct Absent: Error {}

  private let root: String
  private let follower: Follower
  /// How long a file is not looked at again.
  private let life: Duration
  private let files: FragmentStore<Delivery.Document>
  private var assets: [String: Delivery.Document] = [:]

  package init(root: String, following follower: Follower, bytes: Int, life: Duration = .seconds(5)) {
    self.root = root
    self.life = life
    self.follower = follower
    files = FragmentStore(capacity: bytes, following: follower)
  }

  /// An asset by its fingerprinted path; its name changes with its bytes, so it is kept for ever everywhere.
  func asset(_ path: String, of shop: Shop, for request: HTTPRequest) -> HTTPResponse? {
    guard let asset = shop.theme.asset(path) else { return nil }
    // The path holds the content's hash, so tenants on one theme share the document.
    let document: Delivery.Document
    if let known = assets[path] {
      document = known
      document.packOffLoop()
    } else {
      document = Delivery.Document(asset.bytes, common: PublicFiles.headers(contentType: asset.contentType))
      assets[path] = document
    }
    return document.response(to: request, variable: PageHeaders.immutableLines())
  }

  func file(_ path: String, of tenant: TenantID, for request: HTTPRequest) async -> HTTPResponse? {
    guard PublicFiles.isShown(path) else { return nil }
    let key = FragmentKey(tenant, "file", path)
    if case .fresh(let file, _) = files.lookUp(key) {
      file.content.packOffLoop()
      return file.content.response(to: request, variable: PageHeaders.revalidatedLines(seconds: 300))
    }
    let candidates = ["\(root)/\(tenant.value)", "\(root)/_shared"]
    let served = try? await files.fragment(key) { moment in
      let bytes = await Loop.offLoop { candidates.lazy.compactMap { PublicFiles.read(path, under: $0) }.first }
      guard let bytes else {
        // That there is no such file is an answer: the one of before must not stand in for it.
        self.files.forget(key)
        throw Absent()
      }
      let document = Delivery.Document(bytes, common: PublicFiles.headers(contentType: Asset.contentType(of: path)))
      return Fragment(document, basis: Basis(moment, ttl: self.life), cost: document.cost)
    }
    return served?.content.response(to: request, variable: PageHeaders.revalidatedLines(seconds: 300))
  }

  private static func headers(contentType: String) -> Headers {
    var headers = Headers(reserving: 512)
    headers.add("Content-Type", contentType)
    headers.add("X-Content-Type-Options", "nosniff")
    // An SVG opened by itself is a document that could run scripts in the shop's name.
    headers.add("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
    return headers
  }

  /// The bytes of a regular file that truly lies under the folder.
  nonisolated private static func read(_ path: String, under folder: String) -> [UInt8]? {
    guard let base = resolved(folder), let real = resolved(folder + path), real.hasPrefix(base + "/") else { return nil }
    guard isShown(String(real.dropFirst(base.count))) else { return nil }
    let descriptor = open(real, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var info = stat()
    guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size <= largestFile else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(info.st_size))
    var count = 0
    while count < bytes.count {
      let got = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + count, $0.count - count) }
      guard got > 0 else { return nil }
      count += got
    }
    return bytes
  }

  /// No empty and no hidden name in it. By bytes: a character may combine with the one before it.
  nonisolated private static func isShown(_ path: String) -> Bool {
    path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .allSatisfy { !$0.isEmpty && $0.first != UInt8(ascii: ".") }
  }

  nonisolated private static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}
