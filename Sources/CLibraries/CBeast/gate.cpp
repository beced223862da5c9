#include "gate.hpp"

namespace beast_gate {
namespace {

struct authority {
  string_view name;
  unsigned port = 0;   // 0: none given
};

// letters, digits, "-", "."; then optionally ":" and a port. No "_", which no registry gives out, and no IPv6 literal: a shop
// has a name. Empty labels are refused, since "a..b" and ".a" are nobody's.
bool parse(string_view text, authority &out) {
  size_t colon = text.find(':');
  out.name = text.substr(0, colon);
  out.port = 0;
  if (colon != string_view::npos) {
    string_view port = text.substr(colon + 1);
    if (port.empty() || port.size() > 5) return false;
    for (char c : port) {
      if (c < '0' || c > '9') return false;
      out.port = out.port * 10 + unsigned(c - '0');
    }
    if (out.port == 0 || out.port > 65535) return false;
  }
  if (!out.name.empty() && out.name.back() == '.') out.name.remove_suffix(1);
  if (out.name.empty() || out.name.size() > 253) return false;
  size_t label = 0;
  for (char c : out.name) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
      continue;
    }
    bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (!fits || ++label > 63) return false;
  }
  return label > 0;
}

refusal judge_framing(const seen_fields &seen, head_facts &facts) {
  if (seen.encodings > 1) return {400, "Transfer-Encoding more than once"};
  if (seen.lengths > 1) return {400, "Content-Length more than once"};
  if (seen.encodings && seen.lengths) return {400, "Transfer-Encoding with Content-Length"};
  facts.is_chunked = seen.encodings == 1;
  if (facts.is_chunked) {
    if (facts.is_http10) return {400, "Transfer-Encoding on HTTP/1.0"};
    if (!boost::beast::iequals(seen.encoding, "chunked")) return {400, "Transfer-Encoding is not chunked"};
  }
  facts.length = 0;
  if (seen.lengths) {
    string_view v = seen.length;
    if (v.empty()) return {400, "Content-Length is not a number"};
    for (char c : v) if (c < '0' || c > '9') return {400, "Content-Length is not a number"};
    if (v.size() > 1 && v[0] == '0') return {400, "Content-Length with a leading zero"};
    for (char c : v) {
      uint64_t digit = uint64_t(c - '0');
      bool overflows = facts.length > (UINT64_MAX - digit) / 10;
      facts.length = overflows ? UINT64_MAX : facts.length * 10 + digit;
      if (overflows) break;
    }
  }
  return {};
}

refusal judge_host(const seen_fields &seen, head_facts &facts, authority &host) {
  if (seen.hosts == 0) return {400, "no Host"};
  if (seen.hosts > 1) return {400, "Host more than once"};
  if (!parse(seen.host, host)) return {400, "Host is not a name with an optional port"};
  facts.host.assign(host.name.data(), host.name.size());
  for (char &c : facts.host) if (c >= 'A' && c <= 'Z') c = char(c | 0x20);
  return {};
}

bool starts_with_scheme(string_view target, string_view scheme) {
  return target.size() >= scheme.size() && boost::beast::iequals(target.substr(0, scheme.size()), scheme);
}

int hex(char c) {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(const std::string &s) {
  size_t i = 0, n = s.size();
  while (i < n) {
    uint8_t a = uint8_t(s[i]);
    if (a < 0x80) { i++; continue; }
    size_t more = a >= 0xc2 && a <= 0xdf ? 1 : a >= 0xe0 && a <= 0xef ? 2 : a >= 0xf0 && a <= 0xf4 ? 3 : 0;
    if (more == 0 || i + more >= n) return false;
    uint8_t b = uint8_t(s[i + 1]);
    uint8_t low = a == 0xe0 ? 0xa0 : a == 0xf0 ? 0x90 : 0x80, high = a == 0xed ? 0x9f : a == 0xf4 ? 0x8f : 0xbf;
    if (b < low || b > high) return false;
    for (size_t k = 2; k <= more; k++) if ((uint8_t(s[i + k]) & 0xc0) != 0x80) return false;
    i += more + 1;
  }
  return true;
}

// Once, and only once: what comes out is not looked at for escapes again. An encoded slash is refused, because whether it parts
// segments is where a proxy, a router and a file system disagree; an encoded backslash likewise.
refusal decode(string_view path, std::string &out) {
  out.assign(path.data(), path.size());
  if (path.find('%') != string_view::npos) {
    out.clear();
    for (size_t i = 0; i < path.size(); i++) {
      char c = path[i];
      if (c == '%') {
        int high = i + 2 < path.size() ? hex(path[i + 1]) : -1, low = i + 2 < path.size() ? hex(path[i + 2]) : -1;
        if (high < 0 || low < 0) return {400, "malformed percent-encoding in the path"};
        c = char(high << 4 | low);
        i += 2;
        if (c == 0) return {400, "encoded NUL in the path"};
        if (c == '/' || c == '\\') return {400, "encoded slash in the path"};
        if (uint8_t(c) < 0x20 || c == 0x7f) return {400, "encoded control byte in the path"};
      }
      out.push_back(c);
    }
    if (!is_utf8(out)) return {400, "path is not UTF-8"};
  }
  for (size_t start = 1; start <= out.size();) {
    size_t end = out.find('/', start);
    if (end == std::string::npos) end = out.size();
    size_t n = end - start;
    if ((n == 1 && out[start] == '.') || (n == 2 && out[start] == '.' && out[start + 1] == '.'))
      return {400, "dot segment in the path"};
    start = end + 1;
  }
  return {};
}

refusal judge_target(string_view head, string_view method, string_view target, const authority &host, head_facts &facts) {
  facts.query = facts.query_count = facts.path_count = 0;
  facts.path = uint32_t(target.data() - head.data());
  if (method == "CONNECT") {
    authority peer;
    if (!parse(target, peer) || peer.port == 0) return {400, "CONNECT wants host:port"};
    return {};
  }
  if (target == "*") {
    if (method != "OPTIONS") return {400, "* is for OPTIONS"};
    facts.decoded.assign("*");
    facts.path_count = 1;
    return {};
  }
  string_view rest = target;
  if (target[0] != '/') {
    bool plain = starts_with_scheme(target, "http://"), secure = starts_with_scheme(target, "https://");
    if (!plain && !secure) return {400, "target is neither a path nor an http URI"};
    rest.remove_prefix(plain ? 7 : 8);
    size_t end = rest.find_first_of("/?");
    authority named;
    if (!parse(rest.substr(0, end), named)) return {400, "authority of the target is not a name with an optional port"};
    unsigned usual = plain ? 80 : 443;
    bool same = boost::beast::iequals(named.name, host.name) && (named.port ? named.port : usual) == (host.port ? host.port : usual);
    if (!same) return {400, "target and Host differ"};
    rest.remove_prefix(end == string_view::npos ? rest.size() : end);
  }
  size_t mark = rest.find('?');
  string_view path = rest.substr(0, mark);
  facts.path = uint32_t(rest.data() - head.data());
  facts.path_count = uint32_t(path.size());
  if (mark != string_view::npos) {
    facts.query = facts.path + uint32_t(mark) + 1;
    facts.query_count = uint32_t(rest.size() - mark - 1);
  }
  if (path.empty()) {   // absolute-form without a path
    facts.decoded.assign("/");
    return {};
  }
  return decode(path, facts.decoded);
}

refusal judge_method(string_view method, bool patches, head_facts &facts) {
  if (method == "GET") facts.method = READER_GET;
  else if (method == "HEAD") facts.method = READER_HEAD;
  else if (method == "POST") facts.method = READER_POST;
  else if (method == "OPTIONS") facts.method = READER_OPTIONS;
  else if (method == "PATCH" && patches) facts.method = READER_PATCH;
  else if (method == "PUT" || method == "DELETE" || method == "PATCH" || method == "TRACE" || method == "CONNECT")
    return {405, "method not allowed"};
  else return {501, "unknown method"};
  return {};
}

} // namespace

refusal judge(string_view head, string_view method, string_view target, const seen_fields &seen, const reader_limits &limits,
              head_facts &facts) {
  authority host;
  if (refusal no = judge_framing(seen, facts)) return no;
  if (refusal no = judge_host(seen, facts, host)) return no;
  if (refusal no = judge_target(head, method, target, host, facts)) return no;
  if (refusal no = judge_method(method, limits.patches, facts)) return no;
  if (seen.expects_other) return {417, "expectation other than 100-continue"};
  if (facts.length > limits.body) return {413, "body too big"};
  facts.keeps_alive = !seen.closes && (!facts.is_http10 || seen.keeps);
  // RFC 9110 §10.1.1: an HTTP/1.0 client cannot have meant it.
  facts.continues = seen.expects_continue && !facts.is_http10 && (facts.is_chunked || facts.length > 0);
  return {};
}

bool is_huge_length(string_view v) {
  if (v.size() < 20 || v[0] == '0') return false;
  for (char c : v) if (c < '0' || c > '9') return false;
  return true;
}

} // namespace beast_gate
