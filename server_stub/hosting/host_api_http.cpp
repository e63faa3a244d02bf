// SPDX-License-Identifier: MIT
// The half of the vtable that completes exchanges. A handle is looked for among those that this instance was
// handed before anything else is done with it, and what is wrong with an answer is said in the log.
#include "base/guarded.h"
#include "hosting/border_views.h"
#include "hosting/host_api.h"
#include "http_front/message/answer_text.h"

namespace restanza::host {
namespace {

constexpr size_t kLongestName = 64;  // of a header, in the log

}  // namespace

void HostApi::serve(const Routes::Handle* call, ExchangeId id, const HttpRequest& request) {
  if (!call) {  // unregistered while the body was on its way
    http_.respond(id, 404, {}, "there is nothing here any more\n");
    return;
  }
  exchanges_.add(id);
  (*call)(id, request);
}

size_t HostApi::end_exchanges() {
  size_t ended = 0;
  for (const ExchangeId id : exchanges_.take_all()) {
    guarded_until_done(log_, "the end of an exchange", [&] {
      const xp_status status = http_.respond(id, 500, {}, "the plugin did not answer\n");
      if (status != XP_INVALID) ++ended;  // invalid: it has been ended, as after an exception
    });
  }
  return ended;
}

xp_status HostApi::no_exchange(const char* call) {
  return misuse(std::string(call) + " with an exchange that has ended already, or never was one");
}

bool HostApi::good_answer(const char* call, int32_t code, const std::vector<Header>& headers) {
  if (valid_answer(code, headers)) return true;
  std::string wrong = " with the status " + std::to_string(code) + ": it must be 200 to 599";
  for (const Header& header : headers) {
    if (!valid_answer(200, {header}))
      wrong = " with a header that is none, or holds a line break: '" + header.first.substr(0, kLongestName) +
              "'";
  }
  misuse(call + wrong);
  return false;
}

void HostApi::http_watch(const xp_host* host, xp_exchange* exchange, const xp_watch* watch) {
  HostApi& api = self(host);
  if (!watch) {
    api.misuse("http_watch without a watch");
    return;
  }
  const auto kept = api.keep(watch->ctx, watch->release);
  const ExchangeId id = border::id_of(exchange);
  if (!api.exchanges_.has(id)) {
    api.no_exchange("http_watch");
    return;
  }
  Watch functions;
  if (watch->gone) functions.gone = [call = watch->gone, kept] { call(kept.get()); };
  if (watch->writable) functions.writable = [call = watch->writable, kept] { call(kept.get()); };
  if (api.http_.watch(id, std::move(functions)) == XP_INVALID)
    api.misuse("http_watch for an exchange that is watched, or has ended");
}

xp_status HostApi::http_respond(const xp_host* host, xp_exchange* exchange, int32_t code,
                                const xp_pair* headers, size_t header_count, xp_str body) {
  HostApi& api = self(host);
  const ExchangeId id = border::id_of(exchange);
  if (!api.exchanges_.take(id)) return api.no_exchange("http_respond");
  std::vector<Header> answer;
  xp_status status = XP_INTERNAL;
  try {
    answer = border::headers_of(headers, header_count);
    status = api.http_.respond(id, code, answer, border::copy(body));
  } catch (...) {  // the handle is used up, so nobody else could end the exchange
    api.http_.respond(id, 500, {}, {});
    throw;
  }
  if (status == XP_INVALID && api.good_answer("http_respond", code, answer))
    api.misuse("http_respond after http_begin: the stream is cut off");
  return status;
}

xp_status HostApi::http_read(const xp_host* host, xp_exchange* exchange,
                             void (*piece)(void*, xp_status, xp_str), void* ctx) {
  HostApi& api = self(host);
  const ExchangeId id = border::id_of(exchange);
  if (!piece) return api.misuse("http_read without a function");
  if (!api.exchanges_.has(id)) return api.no_exchange("http_read");
  const auto kept = api.keep(ctx, nullptr);
  const xp_status status = api.http_.read(id, [piece, kept](xp_status said, std::string_view bytes) {
    piece(kept.get(), said, border::view(bytes));
  });
  return status == XP_INVALID ? api.misuse("http_read where a piece is asked for already, or none is to come")
                              : status;
}

xp_status HostApi::http_begin(const xp_host* host, xp_exchange* exchange, int32_t code,
                              const xp_pair* headers, size_t header_count) {
  HostApi& api = self(host);
  const ExchangeId id = border::id_of(exchange);
  if (!api.exchanges_.has(id)) return api.no_exchange("http_begin");
  const auto answer = border::headers_of(headers, header_count);
  if (!api.good_answer("http_begin", code, answer)) {
    // Uses up the handle: 500, or the end of a stream that was begun before.
    if (api.exchanges_.take(id)) api.http_.respond(id, code, answer, "");
    return XP_INVALID;
  }
  const xp_status status = api.http_.begin(id, code, answer);
  return status == XP_INVALID ? api.misuse("http_begin for the second time") : status;
}

xp_status HostApi::http_write(const xp_host* host, xp_exchange* exchange, xp_str chunk) {
  HostApi& api = self(host);
  const ExchangeId id = border::id_of(exchange);
  if (!api.exchanges_.has(id)) return api.no_exchange("http_write");
  const xp_status status = api.http_.write(id, border::text(chunk));
  return status == XP_INVALID ? api.misuse("http_write without http_begin, or after the end") : status;
}

void HostApi::http_end(const xp_host* host, xp_exchange* exchange) {
  HostApi& api = self(host);
  const ExchangeId id = border::id_of(exchange);
  if (!api.exchanges_.take(id)) {
    api.no_exchange("http_end");
    return;
  }
  if (api.http_.end(id) == XP_INVALID) api.misuse("http_end without http_begin: the client gets 500");
}

}  // namespace restanza::host
