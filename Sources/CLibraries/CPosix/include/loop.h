// What the event loop needs of the kernel and Swift's Glibc does not show (GNU extensions).
#pragma once
#include <sys/socket.h>

// 1 on the process's first thread.
int posix_is_main_thread(void);

// Non-blocking, close-on-exec.
int posix_accept(int listener, struct sockaddr_storage *peer, socklen_t *length);
