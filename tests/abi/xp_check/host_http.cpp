// SPDX-License-Identifier: MIT
// The hostile host's HTTP side: requests to the plugin's routes, and the ends of their exchanges.
#include <algorithm>

#include "check.h"
#include "host_parts.h"

namespace restanza::check {
namespace {

bool header_text(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
}

bool token(const std::string& text) {
  return !text.empty() && header_text(text) &&
         text.find_first_of(" \t\"(),/:;<=>?@[\\]{}") == std::string::npos;
}

}  // namespace

std::vector<Host::Place> Host::routes() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Place> places;
  for (const auto& [handle, each] : registrations_) {
    if (each->on_request) places.push_back({settings_.prefix + each->subpath, each->max_body});
  }
  return places;
}

ExchangePtr Host::ask(const Request& request, bool left_before) {
  auto exchange = std::make_shared<Exchange>();
  exchange->self = exchange;
  exchange->gone = left_before;
  std::shared_ptr<Registration> route;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [handle, each] : registrations_) {
      const std::string place = settings_.prefix + each->subpath;
      if (!each->on_request || request.path.compare(0, place.size(), place) != 0) continue;
      if (!route || each->subpath.size() > route->subpath.size()) route = each;
    }
    if (!route) {
      exchange->ends = 1;
      return exchange;
    }
    last_handle_ += 7;
    exchange->handle = reinterpret_cast<xp_exchange*>(last_handle_);
    exchanges_.emplace(last_handle_, exchange);
  }
  const bool too_large = request.body.size() > route->max_body;
  Lent lent;
  auto& view = lent.make<xp_request>();
  view.size = sizeof view;
  const uint32_t large = XP_BODY_TOO_LARGE;
  view.flags = too_large ? request.flags | large : request.flags & ~large;
  view.method = lent.view(request.method);
  view.path = lent.view(request.path);
  if (request.query) view.query = lent.view(*request.query);
  view.body = lent.view(too_large ? std::string() : request.body);
  view.peer = lent.view("127.0.0.1");
  view.headers = lent.pairs(request.headers);
  view.header_count = request.headers.size();
  now_in("a request");
  route->on_request(route->context->get(), exchange->handle, &view);
  now_in("what follows a request");
  return exchange;
}

void Host::leave(const ExchangePtr& exchange) {
  std::shared_ptr<Watch> watch;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (exchange->gone || exchange->ends > 0) return;
    exchange->gone = true;
    watch.swap(exchange->watch);
  }
  now_in("gone");
  if (watch) watch->say_gone();
  now_in("what follows gone");
}

bool Host::answered(const ExchangePtr& exchange, std::chrono::milliseconds patience) {
  return wait(patience, [&] { return exchange->ends > 0; });
}

bool Host::all_ended(std::chrono::milliseconds patience) {
  return wait(patience, [this] {
    return std::all_of(exchanges_.begin(), exchanges_.end(),
                       [](const auto& each) { return each.second->ends > 0; });
  });
}

// Absent where the handle is used up or never was.
ExchangePtr Host::find(const char* call, xp_exchange* handle) {
  called(call);
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = exchanges_.find(reinterpret_cast<uintptr_t>(handle));
  if (found == exchanges_.end()) {
    broken_.push_back(std::string(call) + " with an exchange that never was");
    return nullptr;
  }
  if (found->second->ends > 0) {
    broken_.push_back(std::string(call) + " with an exchange that has ended");
    return nullptr;
  }
  return found->second;
}

void Host::end(const ExchangePtr& exchange) {
  std::shared_ptr<Watch> watch;  // released without the lock
  if (on_end) on_end(exchange);
  const std::lock_guard<std::mutex> lock(mutex_);
  ++exchange->ends;
  watch.swap(exchange->watch);
  changed_.notify_all();
}

void Host::Table::http_watch(const xp_host* table, xp_exchange* handle, const xp_watch* watch) {
  Host& host = of(table);
  auto kept = std::make_shared<Watch>(
      Watch{watch->gone, watch->writable, host.keep("http_watch", watch->ctx, watch->release)});
  const ExchangePtr exchange = host.find("http_watch", handle);
  if (!exchange) return;
  bool gone = false;
  {
    const std::lock_guard<std::mutex> lock(host.mutex_);
    gone = exchange->gone;
    if (!gone && exchange->watch) host.broken_.emplace_back("an exchange was watched twice");
    if (!gone && !exchange->watch) exchange->watch = kept;
  }
  if (gone) kept->say_gone();
}

namespace {

std::string fault_of(int32_t code, const xp_pair* headers, size_t count) {
  if (code < 200 || code > 599) return "an answer has the status " + std::to_string(code);
  for (size_t i = 0; i < count; ++i) {
    const std::string name = copy(headers[i].name);
    if (!token(name)) return "an answer has a header whose name is none: '" + name + "'";
    if (!header_text(copy(headers[i].value))) return "an answer has control characters in the header " + name;
  }
  return {};
}

}  // namespace

xp_status Host::Table::http_respond(const xp_host* table, xp_exchange* handle, int32_t code,
                                    const xp_pair* headers, size_t count, xp_str body) {
  Host& host = of(table);
  const ExchangePtr exchange = host.find("http_respond", handle);
  if (!exchange) return XP_INVALID;
  const std::string fault = fault_of(code, headers, count);
  if (!fault.empty()) host.broken(fault);
  if (exchange->begun) host.broken("http_respond with an exchange that has begun");
  static_cast<void>(copy(body));  // it can be read
  exchange->code = code;
  const bool gone = exchange->gone;
  host.end(exchange);
  return gone ? XP_GONE : XP_OK;
}

xp_status Host::Table::http_begin(const xp_host* table, xp_exchange* handle, int32_t code,
                                  const xp_pair* headers, size_t count) {
  Host& host = of(table);
  const ExchangePtr exchange = host.find("http_begin", handle);
  if (!exchange) return XP_INVALID;
  const std::string fault = fault_of(code, headers, count);
  if (!fault.empty()) host.broken(fault);
  if (exchange->begun) host.broken("http_begin with an exchange that has begun");
  exchange->begun = true;
  exchange->code = code;
  if (host.on_begin) host.on_begin(exchange);
  return exchange->gone ? XP_GONE : XP_OK;
}

xp_status Host::Table::http_write(const xp_host* table, xp_exchange* handle, xp_str chunk) {
  Host& host = of(table);
  const ExchangePtr exchange = host.find("http_write", handle);
  if (!exchange) return XP_INVALID;
  if (!exchange->begun) host.broken("http_write before http_begin");
  static_cast<void>(copy(chunk));
  if (exchange->gone) return XP_GONE;
  return host.on_write ? host.on_write(*exchange) : XP_OK;
}

void Host::Table::http_end(const xp_host* table, xp_exchange* handle) {
  Host& host = of(table);
  const ExchangePtr exchange = host.find("http_end", handle);
  if (!exchange) return;
  if (!exchange->begun) host.broken("http_end before http_begin");
  host.end(exchange);
}

}  // namespace restanza::check
