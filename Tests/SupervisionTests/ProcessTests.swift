import CPosix
import Glibc
import Testing

@testable import Supervision

/// One after the other, for a supervisor collects every child of its process, and so of the other tests here.
@Suite(.serialized) enum ProcessTests {}

extension ProcessTests {
  /// The parts that face the system.
  @Suite(.serialized) struct SpawnTests {
    @Test func spawnedProgramGetsItsDescriptorsWhereverTheyStood() throws {
      var ends: [Int32] = [-1, -1]
      try #require(cposix_heartbeat_pipe(&ends) == 0)
      let null = open("/dev/null", O_RDWR | O_CLOEXEC)
      var process: Int32 = 0
      // The sources are handed over in an order in which a plain dup2 would overwrite one with another.
      let script = "printf ok >&5; [ -e /proc/self/fd/3 ] && [ -e /proc/self/fd/4 ] && [ ! -e /proc/self/fd/6 ]"
      let words: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/sh"), strdup("-c"), strdup(script), nil]
      let environment: [UnsafeMutablePointer<CChar>?] = [nil]
      let failure = cposix_spawn("/bin/sh", words, environment, [ends[1], null, ends[1]], 3, &process)
      words.forEach { free($0) }
      close(ends[1])
      close(null)
      defer { close(ends[0]) }
      #expect(failure == 0)
      var status: Int32 = 0
      #expect(waitpid(process, &status, 0) == process)
      #expect(status == 0)
      #expect(cposix_drain(ends[0]) == 2)
      #expect(cposix_drain(ends[0]) == -1)
    }

    @Test func programThatIsNotThereIsAnErrorNumber() {
      var process: Int32 = 0
      let words: [UnsafeMutablePointer<CChar>?] = [nil]
      #expect(cposix_spawn("/nowhere/storefront", words, words, [0], 1, &process) == ENOENT)
      #expect(cposix_spawn("/bin/true", words, words, [-1], 1, &process) == EBADF)
    }

    @Test func ownExecutableIsAnAbsolutePath() {
      #expect(Supervisor.ownExecutable()?.hasPrefix("/") == true)
    }
  }
}
