// SPDX-License-Identifier: MIT
// Requests on a connection to the host: heads, bodies by length and in chunks, one behind the other. Input:
// the bytes of a connection.
// However they are cut on the way, the same requests come out, and a refusal ends them or none; and each
// request, written in one plain form, is read as itself: no request hides in another one.
#include <algorithm>
#include <string>
#include <vector>

#include "base/str.h"
#include "fuzz/property.h"
#include "http_front/message/request_reader.h"

using namespace restanza;
using namespace restanza::host;
using fuzz::must;

namespace {

constexpr uint64_t kMaxBody = 300;

HeadLimits small_limits() {
  HeadLimits limits;
  limits.max_header_bytes = 600;
  limits.max_header_count = 8;
  limits.max_target_bytes = 200;
  return limits;
}
const HeadLimits kLimits = small_limits();

// What the connection does with its bytes, without its socket.
class Connection {
 public:
  void feed(std::string_view bytes) {
    reader_.feed(bytes);
    while (end_.empty() && (in_body_ ? use_body() : use_head())) continue;
  }
  std::vector<std::string> read;  // each request, written plainly
  std::string end() const { return end_; }

 private:
  bool use_head() {
    auto head = reader_.take_head();
    if (!head) return false;
    if (!*head) {
      end_ = std::to_string(head->error().code) + " " + head->error().reason;
      return true;
    }
    head_ = std::move(**head);
    check_head();
    body_ = head_.has_body() ? BodyReader(head_.length, kMaxBody) : BodyReader();
    in_body_ = true;
    return true;
  }
  bool use_body() {
    switch (reader_.read_body(body_)) {
      case BodyReader::State::more:
        return false;
      case BodyReader::State::too_large:
        end_ = "too large";
        return true;
      case BodyReader::State::malformed:
        end_ = "malformed";
        return true;
      case BodyReader::State::complete:
        break;
    }
    in_body_ = false;
    const std::string body = body_.take();
    must(body.size() <= kMaxBody, "a body is within its limit", body);
    must(!head_.length || body.size() == *head_.length, "a body is as long as it was said to be", body);
    read.push_back(plain(body));
    return true;
  }
  void check_head() const {
    must(head_.headers.size() <= kLimits.max_header_count, "headers are counted", head_.path);
    must(!(head_.chunked && head_.length), "a body is framed in one way", head_.path);
    must(head_.path.size() + head_.query.size() <= kLimits.max_target_bytes, "a target is within its limit",
         head_.path);
    must(is_token(head_.method), "a method is a token", head_.method);
    for (const auto& [name, value] : head_.headers) {
      must(is_token(name) && is_field_value(value), "a header is one line", value);
    }
  }
  std::string plain(const std::string& body) const {
    const std::string mark = head_.query.empty() ? "" : "?";
    std::string out = head_.method + " " + head_.path + mark + head_.query + " HTTP/1." +
                      (head_.http_1_0 ? "0" : "1") + "\r\nHost: " + head_.host +
                      "\r\nConnection: " + (head_.keep_alive ? "keep-alive" : "close") + "\r\n";
    for (const auto& [name, value] : head_.headers) {
      bool framing = false;
      for (const char* own : {"Host", "Connection", "Content-Length", "Transfer-Encoding", "Expect"}) {
        framing = framing || ascii_equal(name, own);
      }
      if (!framing) out.append(name).append(": ").append(value).append("\r\n");
    }
    if (!body.empty()) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return out + "\r\n" + body;
  }

  RequestReader reader_{kLimits};
  BodyReader body_;
  RequestHead head_;
  bool in_body_ = false;
  std::string end_;
};

Connection connection_over(std::string_view bytes, const std::vector<size_t>& sizes) {
  Connection connection;
  for (size_t piece = 0; !bytes.empty() && connection.end().empty(); ++piece) {
    const size_t size = std::min(bytes.size(), sizes[piece % sizes.size()]);
    connection.feed(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return connection;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  const Connection whole = connection_over(bytes, {bytes.size() + 1});
  for (const std::vector<size_t>& sizes : {std::vector<size_t>{1}, {2, 1, 13}, {64}}) {
    const Connection pieces = connection_over(bytes, sizes);
    must(pieces.read == whole.read, "in pieces the same requests are read", bytes);
    // Which of several reasons is told depends on what was there when one was found.
    must(pieces.end().empty() == whole.end().empty(), "in pieces the same bytes are refused",
         whole.end() + " / " + pieces.end());
  }
  for (const std::string& request : whole.read) {
    // The limits are on what was sent, and the plain form may be the longer one.
    const Connection again = connection_over(request, {request.size()});
    const bool fits = again.end().substr(0, 3) != "431" && again.end().substr(0, 3) != "414";
    if (fits) must(again.read == std::vector<std::string>{request}, "a request is read as itself", request);
  }
  return 0;
}
