import Glibc

/// A `redis-server` of one test: on a socket in a temporary folder of its own, with nothing kept on disk, ended with the test. A
/// shell holds it: when this process ends, however it does, the shell's input closes and it ends the server.
package final class PrivateRedis: @unchecked Sendable {  // used by one test, from one task at a time
  package let folder: String
  private let arguments: [String]
  private var shell: pid_t = 0
  private var input: Int32 = -1

  /// - Parameter arguments: more of `redis-server`'s own, as `--requirepass secret`.
  package init(_ arguments: String...) throws {
    self.arguments = arguments
    var template = Array("/tmp/storefront-redis-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure("mkdtemp: \(errno)") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    try start()
  }

  deinit {
    stop()
    for name in ["socket", "pid", "log"] { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }

  package struct Failure: Error, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
  }

  /// Whether there is a `redis-server` on the path; scripts/setup installs one.
  package static let isInstalled = path(of: program) != nil
  private static let program = "redis-server"

  package var socket: String { "\(folder)/socket" }
  package var url: String { "unix://\(socket)" }

  /// The server's process.
  package var process: pid_t {
    guard let file = fopen("\(folder)/pid", "r") else { return 0 }
    defer { fclose(file) }
    var digits = [CChar](repeating: 0, count: 32)
    guard fgets(&digits, 32, file) != nil else { return 0 }
    return pid_t(atoi(digits))
  }

  /// Begins anew with an empty memory, on the same socket.
  package func restart() throws {
    stop()
    try start()
  }

  /// The server accepts connections and answers nothing until `resume`.
  package func freeze() { kill(process, SIGSTOP) }
  package func resume() { kill(process, SIGCONT) }

  package func stop() {
    guard shell != 0 else { return }
    kill(process, SIGCONT)
    // A copy of it may live for a moment in what another test is just starting.
    shutdown(input, Int32(SHUT_RDWR))
    close(input)
    var status: Int32 = 0
    waitpid(shell, &status, 0)
    shell = 0
  }

  package func start() throws {
    guard let server = Self.path(of: Self.program) else { throw Failure("no \(Self.program): scripts/setup test") }
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Failure("socketpair: \(errno)") }
    let options = [
      "--port", "0", "--unixsocket", socket, "--dir", folder, "--pidfile", "\(folder)/pid", "--logfile", "\(folder)/log",
      "--save", "", "--appendonly", "no", "--daemonize", "no",
    ]
    let words = (["/bin/bash", "-c", Self.script, "bash", server] + options + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    let status = posix_spawn(&shell, "/bin/bash", &actions, nil, words, environ)
    close(ends[0])
    input = ends[1]
    guard status == 0 else { throw Failure("posix_spawn: \(status)") }
    for _ in 0..<1000 {
      if takesConnections { return }
      usleep(10_000)
    }
    throw Failure("\(Self.program) does not listen on \(socket) after 10 s; see \(folder)/log")
  }

  /// Closes what it inherited, so that pipes and sockets of other tests end with them, and waits beside the server.
  private static let script = """
    for file in /proc/self/fd/*; do number=${file##*/}; if ((number > 2)); then eval "exec $number>&-"; fi; done
    "$@" & server=$!
    read -r line
    kill -9 $server
    wait $server 2>/dev/null
    exit 0
    """

  private var takesConnections: Bool {
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socket.utf8.prefix(107)) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    } == 0
  }

  private static func path(of program: String) -> String? {
    let folders = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin"
    return folders.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
  }
}
