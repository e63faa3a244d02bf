// SPDX-License-Identifier: MIT
// What passes between a source of HTTP requests and who answers them: a request, whom it goes to, and how its
// answer comes back. The front is one source; a server that has HTTP of its own is another.
//
// Threads: the functions of Exchanges are for any thread and never block. Ownership: everything passed in is
// copied or moved; an ExchangeId is a plain number and stays safe to use for ever.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http_front/message/header.h"
#include "xp.h"

namespace restanza::host {

struct HttpRequest {
  std::string method;
  std::string path;   // of the target as it came, percent-encoded, without the query
  std::string query;  // after the first '?', as it came
  std::string peer;   // the client's address, "127.0.0.1", or kUnixPeer
  std::vector<Header> headers;
  std::string body;             // after the content coding where that is gzip, deflate or br
  bool body_too_large = false;  // the body was not read; the connection closes after the answer
  bool body_follows = false;    // the body is empty here: Exchanges::read gives it
};

// A slot's number and its generation: a handle of an exchange that has ended is recognized, never followed.
using ExchangeId = uint64_t;

// What a caller wants to hear about an exchange. Freed after its last use; the destructor of what the
// functions captured tells so.
struct Watch {
  std::function<void()> gone;      // the client has left before its answer was complete; at most once
  std::function<void()> writable;  // after XP_WOULD_BLOCK from write: there is room again
};

// Hears of a piece of a body, as xp.h says for http_read.
using BodyPiece = std::function<void(xp_status status, std::string_view bytes)>;

// How many bytes of a request's body may come in pieces, by its head; 0: it is handed over whole. It returns
// at once.
using LongestStream = std::function<uint64_t(const HttpRequest& head)>;

// What a lookup finds for a request: the function that answers it, and how large its body may be.
struct MatchedRoute {
  uint64_t max_body;  // bytes; larger bodies are not read, and the handler is called with body_too_large
  std::function<void(ExchangeId, const HttpRequest&)> handle;
  bool stream_bodies = false;  // it is called before the body has come; not where that is in a content coding
  LongestStream longest = {};  // the same for some requests only; empty: for none
};

// Finds the route of a path; absent: 404 from the front itself. Called on the loop's thread, once a head is
// complete and before its body is read: it must not block.
class RouteLookup {
 public:
  virtual ~RouteLookup() = default;
  virtual std::optional<MatchedRoute> find(std::string_view path, std::string_view host_header) = 0;
};

// The requests that were handed out and are not answered yet.
class Exchanges {
 public:
  virtual ~Exchanges() = default;

  // XP_OK: taken. XP_GONE: the client has left. XP_INVALID: the id names no exchange that awaits this call
  // (it was answered before, or the code or a header is not HTTP); an exchange with a bad code or header is
  // answered 500. `respond` and `end` end the exchange whatever they return, and so does a `begin` with a bad
  // code or header; a stream that is not ended by `end` is cut off visibly.
  virtual xp_status respond(ExchangeId id, int code, const std::vector<Header>& headers,
                            std::string body) = 0;
  virtual xp_status begin(ExchangeId id, int code, const std::vector<Header>& headers) = 0;
  // Also XP_WOULD_BLOCK: nothing taken. A chunk is taken whatever its size where nothing waits to be sent.
  virtual xp_status write(ExchangeId id, std::string_view chunk) = 0;
  virtual xp_status end(ExchangeId id) = 0;

  // One watch for each exchange; a second one is refused with XP_INVALID. On an exchange whose client has
  // left, `gone` runs before this returns.
  virtual xp_status watch(ExchangeId id, Watch watch) = 0;

  // Asks for the next piece of a body that follows: as http_read of xp.h says. Only a source that hands out
  // requests before their bodies have come has any.
  virtual xp_status read(ExchangeId, BodyPiece) { return XP_INVALID; }
};

}  // namespace restanza::host
