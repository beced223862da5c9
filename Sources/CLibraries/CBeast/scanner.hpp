// The raw bytes of a head, before Beast sees them.
//
// Beast unfolds folded lines, and it decides some rules only when a whole head is there. This automaton looks at each byte once,
// in order, with its state kept between calls: its answer depends on the bytes alone, not on how they were cut into packets.
// It knows lines, not meanings: the gate judges those when the head is complete.
#pragma once
#include <cstddef>
#include <cstdint>

namespace beast_gate {

struct refusal {
  int status = 0;
  const char *rule = nullptr;
  explicit operator bool() const { return status != 0; }
};

inline bool is_token(uint8_t c) {
  static const char *const others = "!#$%&'*+-.^_`|~";
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  for (const char *o = others; *o; o++) if (uint8_t(*o) == c) return true;
  return false;
}

struct classes {
  static constexpr uint8_t token = 1, path = 2, query = 4, value = 8;
  uint8_t of[256] = {};
  classes() {
    for (int c = 0; c < 256; c++) {
      if (is_token(uint8_t(c))) of[c] |= token;
      if (c >= 0x21 && c <= 0x7e && c != '#' && c != '\\' && c != '"' && c != '<' && c != '>') {
        of[c] |= query;
        // What a browser may leave bare in a query but never in a path.
        if (c != '^' && c != '`' && c != '{' && c != '}') of[c] |= path;
      }
      if (c == '\t' || (c >= 0x20 && c != 0x7f)) of[c] |= value;
    }
  }
};
inline const classes table;

// Field lines up to the empty line: of a head, or of a trailer section.
class field_lines {
public:
  enum class state : uint8_t { line, name, value, value_lf, end_lf, done };
  state at = state::line;

  void reset(uint32_t most) { at = state::line; left = most; }

  // Returns the number of bytes looked at; stops behind the empty line or at a refusal.
  size_t scan(const uint8_t *p, size_t n, refusal &no) {
    for (size_t i = 0; i < n; i++) {
      uint8_t c = p[i];
      switch (at) {
      case state::line:
        if (c == '\r') { at = state::end_lf; break; }
        if (c == ' ' || c == '\t') return no = {400, "folded line"}, i;
        if (c == ':') return no = {400, "empty field name"}, i;
        if (c == '\n') return no = {400, "bare LF"}, i;
        if (!(table.of[c] & classes::token)) return no = {400, "field name is not a token"}, i;
        if (left-- == 0) return no = {431, "too many fields"}, i;
        at = state::name;
        break;
      case state::name:
        while (table.of[c] & classes::token) {
          if (++i == n) return n;
          c = p[i];
        }
        if (c != ':') return no = {400, "field name is not a token"}, i;
        at = state::value;
        break;
      case state::value:
        while (table.of[c] & classes::value) {
          if (++i == n) return n;
          c = p[i];
        }
        if (c != '\r') return no = {400, c == '\n' ? "bare LF" : "control byte in a field value"}, i;
        at = state::value_lf;
        break;
      case state::value_lf:
        if (c != '\n') return no = {400, "bare CR"}, i;
        at = state::line;
        break;
      case state::end_lf:
        if (c != '\n') return no = {400, "bare CR"}, i;
        at = state::done;
        return i + 1;
      case state::done:
        return i;
      }
    }
    return n;
  }

private:
  uint32_t left = 0;
};

// `method SP target SP HTTP/1.x CRLF`, after at most one empty line (RFC 9112 §2.2 asks for "at least one"; more is noise).
class request_line {
public:
  enum class state : uint8_t { start, empty_lf, second_start, method, target, version, cr, lf, done };
  state at = state::start;
  uint8_t version_at = 0, major = 0, minor = 0;
  bool in_query = false, has_target = false;
  size_t target_count = 0;

  void reset() { *this = request_line(); }
  bool has_begun() const { return at > state::second_start; }

  // `skipped` counts the bytes of an empty line in front; they are no part of the head.
  size_t scan(const uint8_t *p, size_t n, size_t target_limit, size_t &skipped, refusal &no) {
    for (size_t i = 0; i < n; i++) {
      uint8_t c = p[i];
      switch (at) {
      case state::start:
        if (c == '\r') { at = state::empty_lf; skipped++; break; }
        [[fallthrough]];
      case state::second_start:
        if (!(table.of[c] & classes::token)) return no = {400, "method is not a token"}, i;
        at = state::method;
        break;
      case state::empty_lf:
        if (c != '\n') return no = {400, "bare CR"}, i;
        at = state::second_start;
        skipped++;
        break;
      case state::method:
        if (c == ' ') at = state::target;
        else if (!(table.of[c] & classes::token)) return no = {400, "method is not a token"}, i;
        break;
      case state::target:
        if (c == ' ') {
          if (!has_target) return no = {400, "empty target"}, i;
          at = state::version;
          break;
        }
        if (!(table.of[c] & (in_query ? classes::query : classes::path)))
          return no = {400, c == '#' ? "fragment in the target" : "byte not allowed in a target"}, i;
        if (c == '?') in_query = true;
        has_target = true;
        if (++target_count > target_limit) return no = {414, "target too long"}, i;
        break;
      case state::version: {
        static const char *const name = "HTTP/";
        bool is_digit = c >= '0' && c <= '9', fits;
        if (version_at < 5) fits = c == uint8_t(name[version_at]);
        else if (version_at == 6) fits = c == '.';
        else fits = is_digit;
        if (!fits) return no = {400, "version is not HTTP/digit.digit"}, i;
        if (version_at == 5) major = uint8_t(c - '0');
        if (version_at == 7) { minor = uint8_t(c - '0'); at = state::cr; }
        version_at++;
        break;
      }
      case state::cr:
        if (c != '\r') return no = {400, c == '\n' ? "bare LF" : "version is not HTTP/digit.digit"}, i;
        at = state::lf;
        break;
      case state::lf:
        if (c != '\n') return no = {400, "bare CR"}, i;
        if (major != 1 || minor > 1) return no = {505, "version is neither HTTP/1.0 nor HTTP/1.1"}, i;
        at = state::done;
        return i + 1;
      case state::done:
        return i;
      }
    }
    return n;
  }
};

// `[CRLF] 1*HEXDIG CRLF`: the line in front of a chunk, with the line end that closes the one before.
class chunk_line {
public:
  enum class state : uint8_t { before_cr, before_lf, size, lf, done };
  state at = state::size;
  uint8_t digits = 0;
  uint64_t size = 0;

  void reset(bool follows_data) { *this = chunk_line(); at = follows_data ? state::before_cr : state::size; }

  size_t scan(const uint8_t *p, size_t n, refusal &no) {
    for (size_t i = 0; i < n; i++) {
      uint8_t c = p[i];
      switch (at) {
      case state::before_cr:
        if (c != '\r') return no = {400, "chunk data longer than its size"}, i;
        at = state::before_lf;
        break;
      case state::before_lf:
        if (c != '\n') return no = {400, "bare CR"}, i;
        at = state::size;
        break;
      case state::size: {
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit >= 0) {
          // Sixteen digits fill 64 bits; more is an overflow somewhere, zeros or not.
          if (++digits > 16) return no = {400, "chunk size overflows"}, i;
          size = size << 4 | uint64_t(digit);
          break;
        }
        if (c == ';') return no = {400, "chunk extension"}, i;
        if (c != '\r' || digits == 0) return no = {400, "chunk size is not hexadecimal digits and CRLF"}, i;
        at = state::lf;
        break;
      }
      case state::lf:
        if (c != '\n') return no = {400, "bare CR"}, i;
        at = state::done;
        return i + 1;
      case state::done:
        return i;
      }
    }
    return n;
  }
};

} // namespace beast_gate
