// The request reader under libFuzzer with the address and undefined-behaviour sanitizers. Beyond "no crash": the same events and
// the same requests however the input is cut, and of every request taken, what the gate promises about it.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>
#include "cbeast.h"

static void fail(const char *what, const std::string &a, const std::string &b = "") {
  fprintf(stderr, "BROKEN: %s\n--- %s\n--- %s\n", what, a.c_str(), b.c_str());
  abort();
}

static void check(const request_view &v) {
  std::string host(reinterpret_cast<const char *>(v.host), v.host_count), path(reinterpret_cast<const char *>(v.decoded), v.decoded_count);
  if (host.empty() || host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") != std::string::npos) fail("host", host);
  if (host.back() == '.' || host.front() == '.' || host.find("..") != std::string::npos) fail("host labels", host);
  if (path != "*" && path[0] != '/') fail("path", path);
  if (path.find('\0') != std::string::npos || path.find('\\') != std::string::npos) fail("path bytes", path);
  std::string closed = path + "/";
  if (closed.find("/../") != std::string::npos || closed.find("/./") != std::string::npos) fail("dot segments", path);
  std::string head(reinterpret_cast<const char *>(v.head), v.head_count);
  if (head.size() < 4 || head.substr(head.size() - 4) != "\r\n\r\n") fail("head's end", head);
  if (v.path + v.path_count > head.size() || v.query + v.query_count > head.size() || v.fields > head.size()) fail("offsets", head);
  for (size_t i = 0; i < head.size(); i++) {
    unsigned char c = head[i];
    if (c == '\n' && (i == 0 || head[i - 1] != '\r')) fail("bare LF", head);
    if (c == '\n' && i + 1 < head.size() && (head[i + 1] == ' ' || head[i + 1] == '\t')) fail("fold", head);
    if (c == '\r' && (i + 1 == head.size() || head[i + 1] != '\n')) fail("bare CR", head);
    if (c < 0x20 && c != '\r' && c != '\n' && c != '\t') fail("control byte", head);
  }
  std::string lower = head;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return char(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  size_t hosts = 0, framings = 0;
  for (size_t i = 0; (i = lower.find("\r\nhost:", i)) != std::string::npos; i++) hosts++;
  for (size_t i = 0; (i = lower.find("\r\ncontent-length:", i)) != std::string::npos; i++) framings++;
  for (size_t i = 0; (i = lower.find("\r\ntransfer-encoding:", i)) != std::string::npos; i++) framings++;
  if (hosts != 1 || framings > 1) fail("hosts or framings", head);
  if (v.body_count > 4096) fail("body limit", head);
}

// Each packet is an allocation of its own size, so that a read beyond it is seen.
static std::string converse(const uint8_t *data, size_t count, uint32_t cuts) {
  request_reader *reader = reader_new({1024, 512, 4096, 256});
  std::string log;
  size_t at = 0;
  bool over = false;
  while (at < count && !over) {
    size_t part = count - at;
    if (cuts) {
      cuts = cuts * 1103515245u + 12345u;
      part = std::min<size_t>(part, 1 + cuts / 65536 % 7);
    }
    std::vector<uint8_t> packet(data + at, data + at + part);
    packet.shrink_to_fit();
    at += part;
    size_t start = 0;
    while (start < packet.size() && !over) {
      size_t used = 0;
      reader_event event = reader_feed(reader, packet.data() + start, packet.size() - start, &used);
      if (used > packet.size() - start) fail("used", log);
      start += used;
      switch (event) {
      case READER_COMPLETE: {
        request_view v = reader_request(reader);
        check(v);
        log += "[" + std::to_string(v.method) + " " + std::string(reinterpret_cast<const char *>(v.host), v.host_count) + " " +
               std::string(reinterpret_cast<const char *>(v.decoded), v.decoded_count) + " " +
               std::string(reinterpret_cast<const char *>(v.head), v.head_count) +
               std::string(reinterpret_cast<const char *>(v.body), v.body_count) + (v.keeps_alive ? "]" : "!");
        over = !v.keeps_alive;
        reader_next(reader);
        break;
      }
      case READER_CONTINUES: log += "(100)"; break;
      case READER_REFUSED:
        log += "<" + std::to_string(reader_status(reader)) + " " + reader_rule(reader) + ">";
        over = true;
        break;
      case READER_NEEDS_MORE:
        if (start != packet.size()) fail("left over", log);
        break;
      }
    }
  }
  reader_free(reader);
  return log;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count) {
  if (count > 6000) return 0;
  std::string whole = converse(data, count, 0);
  for (uint32_t cuts : {1u, 7u, 99u}) {
    std::string cut = converse(data, count, cuts);
    if (cut != whole) fail("the answer depends on the packets", whole, cut);
  }
  return 0;
}
