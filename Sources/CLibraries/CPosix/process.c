#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

int cposix_supervisor_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGCHLD);
  int refused = pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (refused != 0) {
    errno = refused;
    return -1;
  }
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int cposix_next_signal(int descriptor) {
  struct signalfd_siginfo info;
  ssize_t count;
  do count = read(descriptor, &info, sizeof info);
  while (count < 0 && errno == EINTR);
  return count == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

int cposix_heartbeat_pipe(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  // Only our end: the worker's own end keeps blocking or not as the worker likes it, for they are two descriptions.
  fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK);
  return 0;
}

int cposix_spawn(const char *path, char *const arguments[], char *const environment[], const int *descriptors, int count,
                 pid_t *process) {
  enum { most = 8, first = 3 };
  if (count < 0 || count > most) return EINVAL;
  // A source may itself stand where another is to go, so all are moved out of the way first.
  int moved[most], made = 0, failure = 0;
  for (; made < count; made++) {
    moved[made] = fcntl(descriptors[made], F_DUPFD_CLOEXEC, first + most);
    if (moved[made] < 0) {
      failure = errno;
      break;
    }
  }
  if (failure == 0) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    for (int i = 0; i < count && failure == 0; i++)
      failure = posix_spawn_file_actions_adddup2(&actions, moved[i], first + i);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    // A group of its own: Ctrl-C in a terminal reaches the supervisor, which drains, and not the workers at once.
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    if (failure == 0) failure = posix_spawn(process, path, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  while (made > 0) close(moved[--made]);
  return failure;
}

pid_t cposix_next_ended(int *exit_code, int *signal_number) {
  int status = 0;
  pid_t process;
  do process = waitpid(-1, &status, WNOHANG);
  while (process < 0 && errno == EINTR);
  if (process <= 0) return 0;
  *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  *signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : -1;
  return process;
}

long cposix_drain(int descriptor) {
  char buffer[256];
  long total = 0;
  for (;;) {
    ssize_t count = read(descriptor, buffer, sizeof buffer);
    if (count > 0) {
      total += count;
    } else if (count == 0) {
      return total > 0 ? total : -1;
    } else if (errno != EINTR) {
      return total;
    }
  }
}
