// One connection's requests, one after the other.
//
// The scanner sees every raw byte first and in order. Beast gets whole units only: the complete head, each chunk line, the
// trailer section, and body data as it comes; so its own state never sits inside a line, which is where it asserts wrongly
// (1.81, byte-dripped trailers). The gate runs when the head is complete, before a byte of body is taken. When Beast and the
// scanner disagree about a length, the request is refused: two readings of one message are what smuggling is made of.
//
// A head that arrives whole is parsed in the caller's buffer; only one that is cut, or waits for its body, is kept here.

#define BOOST_BEAST_HEADER_ONLY 1
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>
#include "gate.hpp"

// A wrong assertion must cost one connection, not the process: it is thrown, and caught at the C border.
namespace boost {
void assertion_failed(char const *expression, char const *, char const *, long) { throw std::logic_error(expression); }
void assertion_failed_msg(char const *expression, char const *, char const *, char const *, long) {
  throw std::logic_error(expression);
}
} // namespace boost

namespace {
namespace http = boost::beast::http;
using namespace beast_gate;
using boost::system::error_code;

constexpr uint32_t trailer_fields = 64, head_fields = 256;
constexpr size_t kept_capacity = 4096;   // of a buffer, from one request to the next

class message : public http::basic_parser<true> {
public:
  string_view method, target;
  seen_fields seen;
  std::string *body = nullptr;
  uint64_t chunk = 0;
  bool is_head_done = false;

  message() { header_limit(UINT32_MAX); body_limit(boost::none); }

private:
  void on_request_impl(http::verb, string_view name, string_view uri, int, error_code &) override { method = name; target = uri; }
  void on_response_impl(int, string_view, int, error_code &) override {}

  void on_field_impl(http::field field, string_view, string_view value, error_code &) override {
    if (is_head_done) return;   // a trailer: dropped
    switch (field) {
    case http::field::host: seen.hosts++; seen.host = value; break;
    case http::field::content_length: seen.lengths++; seen.length = value; break;
    case http::field::transfer_encoding: seen.encodings++; seen.encoding = value; break;
    case http::field::expect:
      (boost::beast::iequals(value, "100-continue") ? seen.expects_continue : seen.expects_other) = true;
      break;
    case http::field::connection:
      for (auto const &option : http::token_list{value}) {
        if (boost::beast::iequals(option, "close")) seen.closes = true;
        if (boost::beast::iequals(option, "keep-alive")) seen.keeps = true;
      }
      break;
    default: break;
    }
  }

  void on_header_impl(error_code &) override { is_head_done = true; }
  void on_body_init_impl(boost::optional<std::uint64_t> const &, error_code &) override {}
  std::size_t on_body_impl(string_view part, error_code &) override { body->append(part.data(), part.size()); return part.size(); }
  void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code &ec) override {
    chunk = size;
    if (!extensions.empty()) ec = http::error::bad_chunk_extension;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view part, error_code &) override {
    body->append(part.data(), part.size());
    return part.size();
  }
  void on_finish_impl(error_code &) override {}
};

enum class stage : uint8_t { request_line, fields, fixed, chunk_line, chunk_data, trailers, complete, refused };

} // namespace

struct request_reader {
  reader_limits limits;
  stage at = stage::request_line;
  request_line first;
  field_lines lines;
  chunk_line chunk;
  refusal no;
  head_facts facts;
  std::optional<message> parser;
  std::string kept;      // a head that is not in the caller's buffer any more
  std::string unit;      // a chunk line or trailer section, until it is whole
  std::string body;
  string_view head;
  size_t fields_at = 0, head_count = 0;
  uint64_t left = 0, body_total = 0;

  explicit request_reader(reader_limits l) : limits(l) {}

  void reset() {
    at = stage::request_line;
    first.reset();
    parser.reset();
    for (std::string *buffer : {&kept, &unit, &body}) {
      buffer->clear();
      if (buffer->capacity() > kept_capacity) buffer->shrink_to_fit();
    }
    head = {};
    fields_at = head_count = 0;
    left = body_total = 0;
  }

  reader_event refuse(refusal why) {
    no = why;
    at = stage::refused;
    return READER_REFUSED;
  }

  // Whole units only: Beast must take all of it.
  bool give(const uint8_t *p, size_t n) {
    error_code ec;
    auto data = reinterpret_cast<const char *>(p);
    while (n > 0) {
      size_t used = parser->put(boost::asio::const_buffer(data, n), ec);
      if (ec && ec != http::error::need_more) return false;
      if (used == 0) return false;
      data += used;
      n -= used;
      if (n > 0 && parser->is_done()) return false;
    }
    return true;
  }

  reader_event feed(const uint8_t *bytes, size_t count, size_t &used) {
    used = 0;
    const uint8_t *begin = bytes;   // of this call's part of the head
    while (at != stage::complete && at != stage::refused) {
      const uint8_t *p = bytes + used;
      size_t n = count - used;
      if (n == 0) break;
      refusal why;
      switch (at) {
      case stage::request_line: {
        // Never looks past the byte that breaks the limit: which rule a request breaks first must not depend on its packets.
        size_t room = limits.head - head_count, skipped = 0;
        size_t seen = first.scan(p, n < room + 1 ? n : room + 1, limits.target, skipped, why);
        used += seen;
        begin += skipped;
        head_count += seen - skipped;
        if (why) return refuse(why);
        if (head_count > limits.head) return refuse({431, "head too big"});
        if (first.at == request_line::state::done) {
          fields_at = head_count;
          lines.reset(head_fields);
          at = stage::fields;
        }
        break;
      }
      case stage::fields: {
        size_t room = limits.head - head_count, seen = lines.scan(p, n < room + 1 ? n : room + 1, why);
        used += seen;
        head_count += seen;
        if (why) return refuse(why);
        if (head_count > limits.head) return refuse({431, "head too big"});
        if (lines.at == field_lines::state::done) {
          if (kept.empty()) head = {reinterpret_cast<const char *>(begin), head_count};
          else {
            kept.append(reinterpret_cast<const char *>(begin), size_t(bytes + used - begin));
            head = kept;
          }
          if (reader_event event = finish_head(); event != READER_NEEDS_MORE) {
            if (event == READER_CONTINUES) keep_head();
            return event;
          }
        }
        break;
      }
      case stage::fixed: {
        size_t part = left < n ? size_t(left) : n;
        if (!give(p, part)) return refuse({400, "body refused by the parser"});
        used += part;
        left -= part;
        if (left == 0) at = stage::complete;
        break;
      }
      case stage::chunk_line: {
        size_t seen = chunk.scan(p, n, why);
        used += seen;
        if (why) return refuse(why);
        unit.append(reinterpret_cast<const char *>(p), seen);
        if (chunk.at != chunk_line::state::done) break;
        if (chunk.size > limits.body - body_total) return refuse({413, "body too big"});
        body_total += left = chunk.size;
        if (left == 0) {
          lines.reset(trailer_fields);
          unit_start = unit.size();
          at = stage::trailers;
          break;
        }
        if (!give_unit() || parser->chunk != left) return refuse({400, "chunk refused by the parser"});
        at = stage::chunk_data;
        break;
      }
      case stage::chunk_data: {
        size_t part = left < n ? size_t(left) : n;
        if (!give(p, part)) return refuse({400, "chunk refused by the parser"});
        used += part;
        left -= part;
        if (left == 0) {
          chunk.reset(true);
          at = stage::chunk_line;
        }
        break;
      }
      case stage::trailers: {
        size_t room = limits.trailers - (unit.size() - unit_start), seen = lines.scan(p, n < room + 1 ? n : room + 1, why);
        used += seen;
        if (why) return refuse(why);
        unit.append(reinterpret_cast<const char *>(p), seen);
        if (unit.size() - unit_start > limits.trailers) return refuse({431, "trailers too big"});
        if (lines.at != field_lines::state::done) break;
        if (!give_unit() || !parser->is_done()) return refuse({400, "trailers refused by the parser"});
        at = stage::complete;
        break;
      }
      case stage::complete:
      case stage::refused: break;
      }
    }
    if (at == stage::complete) return READER_COMPLETE;
    if (at == stage::refused) return READER_REFUSED;
    if (at == stage::request_line || at == stage::fields) kept.append(reinterpret_cast<const char *>(begin), size_t(bytes + used - begin));
    else keep_head();
    return READER_NEEDS_MORE;
  }

  request_view view() const {
    request_view v = {};
    v.head = reinterpret_cast<const uint8_t *>(head.data());
    v.head_count = uint32_t(head.size());
    v.fields = uint32_t(fields_at);
    v.path = facts.path;
    v.path_count = facts.path_count;
    v.query = facts.query;
    v.query_count = facts.query_count;
    v.host = reinterpret_cast<const uint8_t *>(facts.host.data());
    v.host_count = uint32_t(facts.host.size());
    v.decoded = reinterpret_cast<const uint8_t *>(facts.decoded.data());
    v.decoded_count = uint32_t(facts.decoded.size());
    v.body = reinterpret_cast<const uint8_t *>(body.data());
    v.body_count = body.size();
    v.method = facts.method;
    v.is_http10 = facts.is_http10;
    v.keeps_alive = facts.keeps_alive;
    return v;
  }

private:
  size_t unit_start = 0;   // of the trailers in `unit`

  bool give_unit() {
    bool taken = give(reinterpret_cast<const uint8_t *>(unit.data()), unit.size());
    unit.clear();
    return taken;
  }

  void keep_head() {
    if (head.data() == kept.data()) return;
    kept.assign(head.data(), head.size());
    head = kept;
  }

  // READER_NEEDS_MORE: go on with the body, or to completion.
  reader_event finish_head() {
    error_code ec = parse_head();
    if (ec == http::error::bad_content_length && shorten_length()) ec = parse_head();
    if (ec) return refuse({400, "head refused by the parser"});
    facts.is_http10 = first.minor == 0;
    if (refusal why = judge(head, parser->method, parser->target, parser->seen, limits, facts)) return refuse(why);
    if (parser->chunked() != facts.is_chunked) return refuse({400, "framing read in two ways"});
    if (facts.is_chunked) {
      chunk.reset(false);
      at = stage::chunk_line;
    } else if (facts.length > 0) {
      left = facts.length;
      if (parser->is_done() || parser->content_length_remaining().value_or(0) != left)
        return refuse({400, "framing read in two ways"});
      at = stage::fixed;
    } else {
      if (!parser->is_done()) return refuse({400, "framing read in two ways"});
      at = stage::complete;
    }
    return facts.continues ? READER_CONTINUES : READER_NEEDS_MORE;
  }

  error_code parse_head() {
    parser.emplace();
    parser->body = &body;
    error_code ec;
    size_t used = parser->put(boost::asio::const_buffer(head.data(), head.size()), ec);
    if (ec == http::error::need_more) ec = {};
    if (!ec && (used != head.size() || !parser->is_head_done)) ec = http::error::bad_value;
    return ec;
  }

  // A length that does not fit 64 bits is malformed to Beast; by RFC 9110 §8.6 it is a number like any other, and too big.
  // Nineteen of its digits, in a copy, are too big as well, and the rest of the head gets its usual judgement.
  bool shorten_length() {
    static const string_view name = "\r\ncontent-length:";
    for (size_t i = 0; i + name.size() <= head.size(); i++) {
      if (!boost::beast::iequals(head.substr(i, name.size()), name)) continue;
      size_t start = i + name.size(), end = head.find('\r', start);
      while (start < end && (head[start] == ' ' || head[start] == '\t')) start++;
      while (end > start && (head[end - 1] == ' ' || head[end - 1] == '\t')) end--;
      if (!is_huge_length(head.substr(start, end - start))) return false;
      keep_head();
      for (size_t k = start + 19; k < end; k++) kept[k] = ' ';
      return true;
    }
    return false;
  }
};

extern "C" {

request_reader *reader_new(reader_limits limits) { return new request_reader(limits); }
void reader_free(request_reader *reader) { delete reader; }

reader_event reader_feed(request_reader *reader, const uint8_t *bytes, size_t count, size_t *used) {
  try {
    return reader->feed(bytes, count, *used);
  } catch (...) {
    return reader->refuse({400, "the parser gave up"});
  }
}

request_view reader_request(const request_reader *reader) { return reader->view(); }
void reader_next(request_reader *reader) { reader->reset(); }

reader_phase reader_where(const request_reader *reader) {
  switch (reader->at) {
  case stage::request_line: return reader->first.has_begun() ? READER_IN_HEAD : READER_BETWEEN;
  case stage::fields: return READER_IN_HEAD;
  case stage::complete:
  case stage::refused: return READER_DONE;
  default: return READER_IN_BODY;
  }
}

int reader_status(const request_reader *reader) { return reader->no.status; }
const char *reader_rule(const request_reader *reader) { return reader->no.rule ? reader->no.rule : ""; }

} // extern "C"
