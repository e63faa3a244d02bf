// SPDX-License-Identifier: MIT
// The fake host's HTTP side: requests to the plugin's routes, and the ends of their exchanges.
#include <algorithm>

#include "base/str.h"
#include "support/fake_host_parts.h"

namespace restanza {
namespace {

FakeHost::Headers copies(const xp_pair* headers, size_t count) {
  FakeHost::Headers out;
  for (size_t i = 0; i < count; ++i) out.emplace_back(copy(headers[i].name), copy(headers[i].value));
  return out;
}

bool header_text(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
}

bool below(std::string_view path, std::string_view route) {
  return path.substr(0, route.size()) == route && (path.size() == route.size() || path[route.size()] == '/');
}

}  // namespace

std::string FakeHost::Response::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (ascii_equal(key, name)) return value;
  }
  return {};
}

FakeHost::Call FakeHost::request(const Request& request) {
  auto call = std::make_shared<Exchange>();
  std::shared_ptr<Route> route;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& entry : routes_) {
      const auto& candidate = entry.second;
      if (!below(request.path, settings_.prefix + candidate->subpath)) continue;
      if (!route || candidate->subpath.size() > route->subpath.size()) route = candidate;
    }
    if (!route) {
      call->ended = true;
      call->response.status = 404;
      return call;
    }
    call->handle = reinterpret_cast<xp_exchange*>(++last_handle_);
    exchanges_.emplace(last_handle_, call);
  }
  const bool too_large = request.body.size() > route->max_body;
  Lent lent;
  auto& view = lent.make<xp_request>();
  view.size = sizeof view;
  view.flags = too_large ? XP_BODY_TOO_LARGE : 0;
  view.method = lent.view(request.method);
  view.path = lent.view(request.path);
  if (request.query) view.query = lent.view(*request.query);
  if (!too_large) view.body = lent.view(request.body);
  view.peer = lent.view("127.0.0.1");
  view.headers = lent.pairs(request.headers);
  view.header_count = request.headers.size();
  route->fn(route->context->ctx, call->handle, &view);
  return call;
}

std::optional<FakeHost::Response> FakeHost::wait(const Call& call) {
  if (!wait_until([&] { return call->ended; })) return std::nullopt;
  return now(call);
}

std::optional<FakeHost::Response> FakeHost::now(const Call& call) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!call->ended) return std::nullopt;
  return call->response;
}

FakeHost::Response FakeHost::ask(const Request& asked) {
  return wait(request(asked)).value_or(Response());
}

void FakeHost::leave(const Call& call) {
  std::shared_ptr<Watch> watch;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (call->ended || call->gone) return;
    call->gone = true;
    watch = std::move(call->watch);
  }
  if (watch && watch->gone) watch->gone(watch->context->ctx);
}

FakeHost::Call FakeHost::exchange_of(xp_exchange* handle) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (destroyed_) failures_.push_back("an exchange was used after destroy");
  const auto found = exchanges_.find(reinterpret_cast<uintptr_t>(handle));
  if (found == exchanges_.end()) {
    failures_.push_back("an exchange that never was has been used");
    return nullptr;
  }
  if (found->second->ended) {
    failures_.push_back("an exchange was used after its completion");
    return nullptr;
  }
  return found->second;
}

void FakeHost::http_watch(const xp_host* host, xp_exchange* handle, const xp_watch* watch) {
  auto kept = std::make_shared<Watch>(
      Watch{watch->gone, watch->writable, self(host).keep(watch->ctx, watch->release)});
  const Call call = self(host).exchange_of(handle);
  if (!call) return;
  bool gone = false;
  {
    const std::lock_guard<std::mutex> lock(self(host).mutex_);
    if (call->watch) self(host).failures_.push_back("an exchange was watched twice");
    gone = call->gone;
    if (!gone) call->watch = kept;
  }
  if (gone && kept->gone) kept->gone(kept->context->ctx);
}

xp_status FakeHost::http_respond(const xp_host* host, xp_exchange* handle, int32_t code,
                                 const xp_pair* headers, size_t header_count, xp_str body) {
  const Call call = self(host).exchange_of(handle);
  if (!call) return XP_INVALID;
  Response response{code, copies(headers, header_count), copy(body)};
  const bool good = self(host).good_head(code, response.headers);
  std::shared_ptr<Watch> watch;  // its context may go once the handle is used up; not under the lock
  const std::lock_guard<std::mutex> lock(self(host).mutex_);
  watch.swap(call->watch);
  if (call->begun) {
    call->response.cut_off = true;
  } else {
    call->response = std::move(response);
  }
  call->ended = true;
  self(host).changed_.notify_all();
  return call->gone ? XP_GONE : good && !call->begun ? XP_OK : XP_INVALID;
}

bool FakeHost::good_head(int32_t code, const Headers& headers) {
  bool good = code >= 200 && code <= 599;
  for (const auto& [name, value] : headers) {
    good = good && !name.empty() && header_text(name) && header_text(value);
  }
  if (!good) fail("a response is none: " + std::to_string(code));
  return good;
}

xp_status FakeHost::http_begin(const xp_host* host, xp_exchange* handle, int32_t code, const xp_pair* headers,
                               size_t header_count) {
  const Call call = self(host).exchange_of(handle);
  if (!call) return XP_INVALID;
  Response response{code, copies(headers, header_count), {}};
  const bool good = self(host).good_head(code, response.headers);
  std::shared_ptr<Watch> watch;
  const std::lock_guard<std::mutex> lock(self(host).mutex_);
  if (call->begun) self(host).failures_.push_back("an exchange was begun twice");
  if (!good) {
    watch.swap(call->watch);
    call->response.status = 500;
    call->ended = true;
    self(host).changed_.notify_all();
    return XP_INVALID;
  }
  call->begun = true;
  call->response = std::move(response);
  return call->gone ? XP_GONE : XP_OK;
}

xp_status FakeHost::http_write(const xp_host* host, xp_exchange* handle, xp_str chunk) {
  const Call call = self(host).exchange_of(handle);
  if (!call) return XP_INVALID;
  std::shared_ptr<Watch> told;
  {
    const std::lock_guard<std::mutex> lock(self(host).mutex_);
    if (!call->begun) self(host).failures_.push_back("an exchange was written before it began");
    if (call->gone) return XP_GONE;
    if (call->room == Room::there) {
      call->response.body += copy(chunk);
      return XP_OK;
    }
    call->blocked = call->room == Room::none;
    if (call->room == Room::in_the_call) told = call->watch;
  }
  if (told && told->writable) told->writable(told->context->ctx);
  return XP_WOULD_BLOCK;
}

FakeHost::Response FakeHost::so_far(const Call& call) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return call->response;
}

void FakeHost::room(const Call& call, Room room) {
  std::shared_ptr<Watch> told;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    call->room = room;
    if (room == Room::there && std::exchange(call->blocked, false) && !call->ended) told = call->watch;
  }
  if (told && told->writable) told->writable(told->context->ctx);
}

void FakeHost::http_end(const xp_host* host, xp_exchange* handle) {
  const Call call = self(host).exchange_of(handle);
  if (!call) return;
  std::shared_ptr<Watch> watch;
  const std::lock_guard<std::mutex> lock(self(host).mutex_);
  if (!call->begun) self(host).failures_.push_back("an exchange was ended before it began");
  watch.swap(call->watch);
  call->ended = true;
  self(host).changed_.notify_all();
}

}  // namespace restanza
