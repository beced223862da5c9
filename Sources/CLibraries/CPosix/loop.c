#define _GNU_SOURCE
#include "loop.h"
#include <unistd.h>

int posix_is_main_thread(void) { return gettid() == getpid(); }

int posix_accept(int listener, struct sockaddr_storage *peer, socklen_t *length) {
  return accept4(listener, (struct sockaddr *)peer, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
