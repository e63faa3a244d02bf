// SPDX-License-Identifier: MIT
#include "rest/sending/idempotency.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/guarded.h"
#include "base/str.h"
#include "mapping/media_type.h"
#include "rest/access/digest.h"
#include "rest/answers/reply.h"

namespace restanza::rest {
namespace {

// Each part with its length before it, so that no two lists of parts have the same digest.
std::string digest_of(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const auto part : parts) all.append(std::to_string(part.size())).append(":").append(part);
  return sha256(all);
}

std::string scope_of(const http::Request& request, const Caller& caller, std::string_view key) {
  return digest_of({caller.name, caller.address, request.method, request.path, request.query, key});
}

std::string fingerprint_of(const http::Request& request) {
  const auto type = request.header("Content-Type").value_or("");
  const auto format = mapping::format_of(type);
  return digest_of({format ? mapping::media_type(*format) : type, request.body});
}

// Whether another try may end better: then the key is free again, unless the stanza may have left.
bool for_the_moment(int status) {
  return status >= 500 || status == 429;
}

Refusal refusal_of(const journal::Claim& claim) {
  switch (claim.kind) {
    case journal::Claim::Kind::started:
      return {409, "wait", "conflict", "A request with this Idempotency-Key is still running"};
    case journal::Claim::Kind::lost:
      return {
          409, "cancel", "conflict",
          "A request with this Idempotency-Key was sent and not answered, or was cut off by a restart: its "
          "outcome is unknown"};
    case journal::Claim::Kind::different:
      return {422, "modify", "bad-format", "This Idempotency-Key stands for another request"};
    case journal::Claim::Kind::dropped:
      return {409, "cancel", "conflict",
              "A request with this Idempotency-Key was answered " + std::to_string(claim.answer.status) +
                  ", and no more of its answer is kept, for there was no room"};
    default:
      return refused::later("Too many Idempotency-Keys are remembered");
  }
}

Refusal without_credentials() {
  return refused::forbidden(
      "An Idempotency-Key needs credentials, for all anonymous clients would share their keys: send "
      "credentials, or leave the header out");
}

// A key that a request has claimed. Where that ends without an answer, for want of memory, the key is given
// up all the same.
class ClaimedKey {
 public:
  ClaimedKey(std::string key, journal::Journal& journal, Log& log)
      : key_(std::move(key)), journal_(journal), log_(log) {}
  ~ClaimedKey() {
    if (!open_) return;
    guarded(log_, "giving up an Idempotency-Key", [this] { give_up([](const Result<void>&) {}); });
  }
  ClaimedKey(const ClaimedKey&) = delete;
  ClaimedKey& operator=(const ClaimedKey&) = delete;

  const std::string& text() const { return key_; }
  const Departure& departure() const { return departure_; }
  void claimed() { open_ = true; }
  void answered() { open_ = false; }

  // Free for another try where nothing has left; otherwise another try could do it twice.
  void give_up(journal::Journal::Then<void> then) const {
    if (departure_.has_left()) {
      journal_.lose_key(key_, std::move(then));
    } else {
      journal_.forget_key(key_, std::move(then));
    }
  }

 private:
  const std::string key_;
  const Departure departure_ = Departure::watched();
  journal::Journal& journal_;
  Log& log_;
  bool open_ = false;
};

// Keeps an answer before it is given. An answer in pieces is not kept: the key is given up at its end.
class Remembering final : public http::Observer {
 public:
  Remembering(std::shared_ptr<ClaimedKey> key, journal::Journal& journal, Log& log)
      : key_(std::move(key)), journal_(journal), log_(log) {}

  bool defer(http::Exchange& exchange, http::Response& response) override {
    if (std::exchange(asked_, true)) return false;
    const auto key = key_;  // once the journal is asked, this may go with the exchange
    auto answer = std::make_shared<http::Response>(std::move(response));
    auto waiting = std::make_shared<http::Exchange>(std::move(exchange));
    const auto then = [waiting = std::move(waiting), answer, &log = log_](const Result<void>& noted) {
      // What has been done is said all the same; to a repetition the key will seem to be still running.
      if (!noted)
        log.error("the answer to a request with an Idempotency-Key is not kept: " + noted.error().text);
      waiting->respond(std::move(*answer));
    };
    if (for_the_moment(answer->status)) {
      key->give_up(then);
    } else {
      journal_.finish_key(key->text(), {answer->status, answer->headers, answer->body}, then);
    }
    key->answered();
    return true;
  }

 private:
  const std::shared_ptr<ClaimedKey> key_;
  journal::Journal& journal_;
  Log& log_;
  bool asked_ = false;
};

}  // namespace

// A request whose claim of its key is on its way to the disk.
struct Idempotency::Begun {
  http::Exchange exchange;
  http::Request request;
  Next next;
  std::shared_ptr<ClaimedKey> key;
};

void Idempotency::once(http::Exchange exchange, const http::Request& request, const Caller& caller,
                       const Next& next) const {
  const auto value = request.header(kHeader);
  if (!value) return next(std::move(exchange), request, {});
  if (caller.anonymous) return refuse(std::move(exchange), request, without_credentials());
  const auto key = idempotency_key(*value);
  if (!key) {
    return refuse(std::move(exchange), request,
                  {400, "modify", "bad-format",
                   "The Idempotency-Key must be 1 to " + std::to_string(kMaxKey) + " visible characters"});
  }
  if (request.body_too_large) return refuse(std::move(exchange), request, refused::too_large());
  auto held = std::make_shared<ClaimedKey>(scope_of(request, caller, *key), journal_, log_);
  auto begun = std::make_shared<Begun>(Begun{std::move(exchange), request, next, std::move(held)});
  journal_.claim_key(begun->key->text(), fingerprint_of(request), caller.name,
                     [this, begun](Result<journal::Claim> claim) { go_on(begun, std::move(claim)); });
}

void Idempotency::go_on(const std::shared_ptr<Begun>& begun, Result<journal::Claim> claim) const {
  http::Exchange exchange = std::move(begun->exchange);
  if (!claim) {
    log_.error("a request with an Idempotency-Key is refused: " + claim.error().text);
    return refuse(std::move(exchange), begun->request,
                  refused::later("The journal cannot be written, so the Idempotency-Key cannot be kept"));
  }
  if (claim->kind == journal::Claim::Kind::answered) {
    auto& answer = claim->answer;
    answer.headers.emplace_back("Idempotency-Replayed", "true");
    return exchange.respond({answer.status, std::move(answer.headers), std::move(answer.body)});
  }
  if (claim->kind != journal::Claim::Kind::ours)
    return refuse(std::move(exchange), begun->request, refusal_of(*claim));
  begun->key->claimed();
  exchange.observe(std::make_unique<Remembering>(begun->key, journal_, log_));
  exchange.outlast_client();
  begun->next(std::move(exchange), begun->request, begun->key->departure());
}

void Idempotency::forget_old_keys() const {
  journal_.forget_old_keys([&log = log_](const Result<void>& forgotten) {
    if (!forgotten) log.error("old Idempotency-Keys stay: " + forgotten.error().text);
  });
}

std::optional<std::string> idempotency_key(std::string_view value) {
  std::string_view rest = trim(value);
  const bool quoted = !rest.empty() && rest.front() == '"';
  if (quoted) {
    rest.remove_prefix(1);
    if (rest.empty() || rest.back() != '"') return std::nullopt;
    rest.remove_suffix(1);
  }
  std::string key;
  for (size_t i = 0; i < rest.size(); ++i) {
    if (quoted && rest[i] == '"') return std::nullopt;
    if (quoted && rest[i] == '\\') {
      if (++i == rest.size() || (rest[i] != '"' && rest[i] != '\\')) return std::nullopt;
    }
    const bool visible = rest[i] > 0x20 && rest[i] < 0x7F;
    if (!visible && !(quoted && rest[i] == ' ')) return std::nullopt;
    key += rest[i];
  }
  if (key.empty() || key.size() > Idempotency::kMaxKey) return std::nullopt;
  return key;
}

}  // namespace restanza::rest
