// SPDX-License-Identifier: MIT
// RFC 9112 sections 2 to 6, read as strictly as the standard allows.
#include "http_front/message/request_head.h"

#include <algorithm>
#include <array>

#include "base/byte_set.h"
#include "base/str.h"

namespace restanza::host {
namespace {

constexpr size_t kUsualHeaders = 12;

constexpr std::array<std::string_view, 7> kMethods = {"GET",    "HEAD",    "POST", "PUT",
                                                      "DELETE", "OPTIONS", "PATCH"};

Refusal bad(std::string reason) {
  return {400, std::move(reason)};
}

constexpr bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// RFC 3986 section 3.2.2 with a port, but no comma, in which a second Host could have been folded.
bool is_host(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) ||
           (c != '\0' && std::string_view("-._~!$&'()*+;=:%[]").find(c) != std::string_view::npos);
  });
}

constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

constexpr ByteSet kTokenBytes([](char c) {
  for (const char mark : std::string_view("!#$%&'*+-.^_`|~")) {
    if (c == mark) return true;
  }
  return is_alphanumeric(c);
});
constexpr ByteSet kFieldBytes([](char c) { return !is_control(c) || c == '\t'; });

std::optional<Refusal> read_target(std::string_view target, RequestHead& head) {
  const bool clean =
      std::none_of(target.begin(), target.end(), [](char c) { return c == ' ' || is_control(c); });
  if (!clean) return bad("the target holds a space or a control character");
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!ascii_equal(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const size_t end = std::min(target.find_first_of("/?"), target.size());
    head.host = target.substr(0, end);
    if (head.host.empty()) return bad("the target names no host");  // RFC 9110 section 4.2.1
    target.remove_prefix(end);
  }
  const size_t mark = std::min(target.find('?'), target.size());
  head.path = target.substr(0, mark);
  if (mark < target.size()) head.query = target.substr(mark + 1);
  if (head.path.empty() && !head.host.empty()) head.path = "/";
  const bool whole_server = head.path == "*" && head.method == "OPTIONS";
  if (!whole_server && (head.path.empty() || head.path[0] != '/')) return bad("the target is not a path");
  return std::nullopt;
}

std::optional<Refusal> read_request_line(std::string_view line, const HeadLimits& limits, RequestHead& head) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return bad("the request line has not three parts");
  head.method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!is_token(head.method)) return bad("the method is not a token");
  if (version.size() != 8 || version.substr(0, 5) != "HTTP/" || !digit(version[5]) || version[6] != '.' ||
      !digit(version[7])) {
    return bad("the request line does not end in an HTTP version");
  }
  if (version[5] != '1') return Refusal{505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  head.http_1_0 = version[7] == '0';
  if (target.size() > limits.max_target_bytes) return Refusal{414, "the target is too long"};
  if (std::find(kMethods.begin(), kMethods.end(), head.method) == kMethods.end()) {
    return Refusal{501, "the method is not known here"};
  }
  return read_target(target, head);
}

std::optional<Refusal> read_field(std::string_view line, RequestHead& head) {
  if (line[0] == ' ' || line[0] == '\t') return bad("a header is folded over two lines");
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return bad("a header's name is not a token");
  }
  const std::string_view value = trim(line.substr(colon + 1));
  if (!is_field_value(line.substr(colon + 1))) return bad("a header's value holds a control character");
  head.headers.emplace_back(line.substr(0, colon), value);
  return std::nullopt;
}

// The options of a Connection header; HTTP/1.0 asks for keep-alive, HTTP/1.1 for its end.
void read_connection(std::string_view value, bool& close, bool& keep_alive) {
  for (const std::string_view option : split(value, ',')) {
    close = close || ascii_equal(trim(option), "close");
    keep_alive = keep_alive || ascii_equal(trim(option), "keep-alive");
  }
}

// What the fields say about the connection and the body.
std::optional<Refusal> read_framing(RequestHead& head) {
  size_t hosts = 0, lengths = 0, codings = 0;
  bool close = false, keep_alive = false;
  for (const auto& [name, value] : head.headers) {
    if (ascii_equal(name, "Host")) {
      if (head.host.empty()) head.host = value;
      ++hosts;
    } else if (ascii_equal(name, "Content-Length")) {
      head.length = parse_number(value);
      if (!head.length) return bad("Content-Length is not a number");
      ++lengths;
    } else if (ascii_equal(name, "Transfer-Encoding")) {
      head.chunked = ascii_equal(value, "chunked");
      if (!head.chunked) return bad("the only transfer encoding taken here is chunked");
      ++codings;
    } else if (ascii_equal(name, "Connection")) {
      read_connection(value, close, keep_alive);
    } else if (ascii_equal(name, "Expect") && !head.http_1_0) {
      head.expects_continue = ascii_equal(value, "100-continue");
      if (!head.expects_continue) return Refusal{417, "the only expectation known here is 100-continue"};
    }
  }
  if (!is_host(head.host)) return bad("the host is not a name or an address");
  if (hosts > 1) return bad("there is more than one Host header");
  if (hosts == 0 && !head.http_1_0) return bad("the Host header is missing");
  if (lengths > 1) return bad("there is more than one Content-Length header");
  if (codings > 1) return bad("there is more than one Transfer-Encoding header");
  if (codings + lengths > 1) return bad("Content-Length and Transfer-Encoding exclude each other");
  if (codings > 0 && head.http_1_0) return bad("HTTP/1.0 has no Transfer-Encoding");
  head.keep_alive = !close && (!head.http_1_0 || keep_alive);
  return std::nullopt;
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && kTokenBytes.hold(text);
}

bool is_field_value(std::string_view text) {
  return kFieldBytes.hold(text);
}

Result<RequestHead, Refusal> parse_head(std::string_view text, const HeadLimits& limits) {
  RequestHead head;
  head.headers.reserve(kUsualHeaders);
  bool first = true;
  while (!text.empty()) {
    const size_t end = text.find("\r\n");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), line.size() + 2));
    if (!first && head.headers.size() == limits.max_header_count) return Refusal{431, "too many headers"};
    const auto refusal = first ? read_request_line(line, limits, head) : read_field(line, head);
    if (refusal) return *refusal;
    first = false;
  }
  if (const auto refusal = read_framing(head)) return *refusal;
  return head;
}

}  // namespace restanza::host
