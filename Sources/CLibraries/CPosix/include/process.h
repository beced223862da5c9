#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// What the supervisor needs of the system and Swift cannot reach itself: macros, variadic calls, and calls that glibc
// shows only with _GNU_SOURCE, which must not stand in a header that Swift imports.

/// Blocks SIGHUP, SIGTERM, SIGINT and SIGCHLD in the calling thread, ignores SIGPIPE, and returns a non-blocking,
/// close-on-exec descriptor to read those signals from; -1 with errno set.
int cposix_supervisor_signals(void);

/// The next signal that is waiting on the descriptor; 0 when there is none.
int cposix_next_signal(int descriptor);

/// A pipe, both ends close-on-exec, the reading end non-blocking. 0, or -1 with errno set.
int cposix_heartbeat_pipe(int ends[2]);

/// Starts `path` with descriptors[i] as descriptor 3 + i, in a process group of its own, with no signal blocked or
/// ignored. Every other descriptor that is close-on-exec stays behind. Returns 0, or an errno value.
int cposix_spawn(const char *path, char *const arguments[], char *const environment[], const int *descriptors, int count,
                 pid_t *process);

/// Takes one child that ended: its id, with the exit code or (the other being -1) the signal that ended it. 0 when none has.
pid_t cposix_next_ended(int *exit_code, int *signal_number);

/// Everything there is to read, counted and thrown away; -1 when the other side has closed.
long cposix_drain(int descriptor);
