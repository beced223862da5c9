#define _GNU_SOURCE
#include "loop.h"

int posix_accept(int listener, struct sockaddr_storage *peer, socklen_t *length) {
  return accept4(listener, (struct sockaddr *)peer, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
