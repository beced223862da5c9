// What a complete head must satisfy before anyone acts on it: the rules that a parser does not make.
// The order is fixed (framing and Host, target, method, expectation, size), so that a request that breaks several always
// gets the same answer.
#pragma once
#include "scanner.hpp"
#include "cbeast.h"
#include <boost/beast/core/string.hpp>
#include <string>

namespace beast_gate {

using boost::beast::string_view;

// What Beast's callbacks collect of the fields that frame, route or expect.
struct seen_fields {
  unsigned hosts = 0, lengths = 0, encodings = 0;
  string_view host, length, encoding;
  bool expects_continue = false, expects_other = false, closes = false, keeps = false;
};

struct head_facts {
  reader_method method = READER_GET;
  uint32_t path = 0, path_count = 0, query = 0, query_count = 0;
  uint64_t length = 0;
  bool is_http10 = false, is_chunked = false, keeps_alive = false, continues = false;
  std::string host, decoded;   // both keep their storage from request to request
};

refusal judge(string_view head, string_view method, string_view target, const seen_fields &seen, const reader_limits &limits,
              head_facts &facts);

// True when a Content-Length is well-formed and merely too great for 64 bits, which Beast calls malformed.
bool is_huge_length(string_view value);

} // namespace beast_gate
