// HTTP/1.1 requests: Boost.Beast's parser behind a strict gate. Bytes in, events out; no I/O, no clock.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct request_reader request_reader;

typedef struct {
  size_t head, target, body, trailers;
  bool patches;   // PATCH is let through; otherwise it is a 405
} reader_limits;

typedef enum {
  READER_NEEDS_MORE,
  READER_CONTINUES, // the head is complete and its sender waits for 100; feed again to go on
  READER_COMPLETE,  // one request: look at it, then reader_next()
  READER_REFUSED,   // answer the status and close; nothing more is read
} reader_event;

typedef enum { READER_BETWEEN, READER_IN_HEAD, READER_IN_BODY, READER_DONE } reader_phase;

typedef enum { READER_GET, READER_HEAD, READER_POST, READER_OPTIONS, READER_PATCH } reader_method;

// Pointers hold until the next call with the same reader, and no longer than the bytes that were fed.
typedef struct {
  const uint8_t *head;      // the head as sent, first byte of the method to the empty line
  uint32_t head_count;
  uint32_t fields;          // offset of the first field line in it
  uint32_t path, path_count, query, query_count; // offsets in the head; absolute-form's origin removed
  const uint8_t *host;      // lower case, no port, no trailing dot
  uint32_t host_count;
  const uint8_t *decoded;   // the path, decoded once; "/" for an absolute-form without one, "*" for the server itself
  uint32_t decoded_count;
  const uint8_t *body;
  size_t body_count;
  reader_method method;
  bool is_http10, keeps_alive;
} request_view;

request_reader *reader_new(reader_limits limits);
void reader_free(request_reader *reader);
// Takes bytes up to the end of one request and says in `used` how many.
reader_event reader_feed(request_reader *reader, const uint8_t *bytes, size_t count, size_t *used);
request_view reader_request(const request_reader *reader);
void reader_next(request_reader *reader);
reader_phase reader_where(const request_reader *reader);
// After READER_REFUSED: the status and the rule that was broken.
int reader_status(const request_reader *reader);
const char *reader_rule(const request_reader *reader);

#ifdef __cplusplus
}
#endif
