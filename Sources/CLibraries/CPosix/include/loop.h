// What the event loop needs of the kernel and Swift's Glibc does not show (GNU extensions).
#pragma once
#include <sys/socket.h>

// Non-blocking, close-on-exec.
int posix_accept(int listener, struct sockaddr_storage *peer, socklen_t *length);
