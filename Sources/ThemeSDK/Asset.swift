import CSodium

/// A file a browser fetches, under a name that changes with its bytes, so that it can be cached for ever.
public struct Asset: Sendable {
  /// The file's name in `assets/`.
  public let name: String
  /// The name with the content's hash before its extension, such as `theme.3f2a9c0b1d2e4f56.css`.
  public let fingerprintedName: String
  /// The value for `Content-Type`.
  public let contentType: String
  /// The bytes to send; in a style sheet, `url(…)` of the same folder already names fingerprinted files.
  public let bytes: [UInt8]

  init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    let hash = ContentHash.of(bytes)
    if let dot = name.lastIndex(of: "."), dot != name.startIndex {
      fingerprintedName = "\(name[..<dot]).\(hash)\(name[dot...])"
    } else {
      fingerprintedName = "\(name).\(hash)"
    }
    contentType = Self.contentType(of: name)
  }

  /// The content type by the name's ending; `application/octet-stream` for an unknown one.
  public static func contentType(of name: String) -> String {
    let ending = name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    return contentTypes[ending] ?? "application/octet-stream"
  }

  private static let contentTypes: [String: String] = [
    "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "mjs": "text/javascript; charset=utf-8",
    "json": "application/json", "map": "application/json", "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg",
    "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "avif": "image/avif", "ico": "image/x-icon",
    "woff2": "font/woff2", "woff": "font/woff", "ttf": "font/ttf", "otf": "font/otf", "txt": "text/plain; charset=utf-8",
    "webmanifest": "application/manifest+json", "mp4": "video/mp4", "webm": "video/webm", "mp3": "audio/mpeg",
    "pdf": "application/pdf", "xml": "application/xml", "wasm": "application/wasm",
  ]
}

/// BLAKE2b of 8 bytes as 16 hexadecimal digits: names files and revisions. Not a secret, not a signature.
enum ContentHash {
  static func of(_ bytes: [UInt8]) -> String {
    var hash = [UInt8](repeating: 0, count: 16)
    // 16 is the least libsodium makes; half of it names a file well enough and keeps addresses short.
    _ = crypto_generichash(&hash, hash.count, bytes, UInt64(bytes.count), nil, 0)
    return hash.prefix(8).map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined()
  }

  /// One hash over all files of a theme and those it extends, a file that is replaced among them.
  static func of(_ layers: [Layer]) -> String {
    of(layers.reduce(into: [:]) { all, layer in for (path, bytes) in layer.files { all[layer.path + path] = bytes } })
  }

  /// One hash over names and contents, each with its length, so that no two folders read the same.
  static func of(_ files: [String: [UInt8]]) -> String {
    var all: [UInt8] = []
    for name in files.keys.sorted() {
      let bytes = files[name] ?? []
      all += Array("\(name.utf8.count):\(name)\(bytes.count):".utf8)
      all += bytes
    }
    return of(all)
  }
}
