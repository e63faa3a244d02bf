// SPDX-License-Identifier: MIT
#include "webhook/sender.h"

#include <httplib.h>

#include <algorithm>

#include "webhook/client.h"
#include "webhook/retry_after.h"

namespace restanza::webhook {
namespace {

using std::chrono::milliseconds;

constexpr const char* kAborted = "deliveries are being stopped";
constexpr const char* kAccept =
    "application/xmpp+xml, application/json, application/x-www-form-urlencoded, text/plain, application/cbor";

bool never_has_body(int status) {  // RFC 9110 sections 15.3.6 and 15.4.5; a client may wait for one
  return status == 205 || status == 304;
}

// A list that several fields of the name may make together (RFC 9110 section 5.3).
std::string all_of(const httplib::Response& response, const char* name) {
  std::string list;
  for (size_t i = 0; i < response.get_header_value_count(name); ++i) {
    list.append(list.empty() ? "" : ", ").append(response.get_header_value(name, i));
  }
  return list;
}

}  // namespace

Sender::Sender(const Url& url, const Settings& settings, Timer& timer)
    : settings_(settings),
      authorization_(settings.authorization.empty() ? url.authorization : settings.authorization),
      watchdog_(std::make_shared<Watchdog>(timer)),
      connecting_(std::make_unique<Connecting>()),
      client_(client_for(url, settings, *watchdog_, *connecting_)) {}

Sender::~Sender() = default;

Outcome Sender::post(const Post& post, milliseconds within) {
  httplib::Request request;
  request.method = "POST";
  request.path = post.target;
  request.body = post.body;
  request.set_header("Content-Type", post.content_type);
  request.set_header("Accept", kAccept);
  if (!post.language.empty()) request.set_header("Content-Language", post.language);
  for (const auto& [name, value] : post.headers) request.set_header(name, value);
  return send(request, std::min(within, settings_.timeout));
}

Outcome Sender::options(const std::string& target, milliseconds within) {
  httplib::Request request;
  request.method = "OPTIONS";
  request.path = target;
  return send(request, std::min(within, settings_.timeout));
}

Outcome Sender::send(httplib::Request& request, milliseconds within) {
  Outcome outcome;
  const auto note_head = [&outcome](const httplib::Response& response) {
    outcome.status = response.status;
    outcome.content_type = response.get_header_value("Content-Type");
    outcome.accept = all_of(response, "Accept");
    outcome.retry_after =
        parse_retry_after(response.get_header_value("Retry-After"), std::chrono::system_clock::now());
  };
  request.set_header("Accept-Encoding", "identity");
  request.set_header("User-Agent", "Restanza");
  if (!authorization_.empty()) request.set_header("Authorization", authorization_);
  bool enough = false;  // what is wanted of the answer is here, though the client was stopped reading
  request.response_handler = [&](const httplib::Response& response) {
    note_head(response);
    enough = never_has_body(response.status);
    return !enough;
  };
  request.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
    const size_t room = settings_.max_answer - outcome.body.size();
    outcome.body.append(data, std::min(size, room));
    enough = outcome.truncated = size > room;
    return !enough;
  };

  if (watchdog_->cut() == Watchdog::Cut::aborted) {
    outcome.end = Outcome::End::aborted;
    outcome.detail = kAborted;
    return outcome;
  }
  watchdog_->begin(within);
  connecting_->until = std::chrono::steady_clock::now() + within;
  try {
    const httplib::Result result = client_->send(request);
    if (result) note_head(*result);
    outcome.end = result || enough ? Outcome::End::answered : Outcome::End::unreachable;
    if (!result && !enough) outcome.detail = reason_of(result.error(), *client_, settings_, *connecting_);
  } catch (const std::exception& error) {
    outcome.detail = error.what();
  }
  const Watchdog::Cut cut = watchdog_->finish();
  if (outcome.end == Outcome::End::answered || cut == Watchdog::Cut::no) return outcome;
  const bool late = cut == Watchdog::Cut::late;
  outcome.end = late ? Outcome::End::timeout : Outcome::End::aborted;
  outcome.detail = late ? "no whole answer within " + std::to_string(within.count()) + " ms" : kAborted;
  return outcome;
}

void Sender::abort() {
  watchdog_->abort();
}

}  // namespace restanza::webhook
