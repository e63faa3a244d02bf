// SPDX-License-Identifier: MIT
#include "rest/sending/batch/batch.h"

#include <utility>

#include "base/guarded.h"
#include "rest/answers/reply.h"
#include "rest/sending/batch/answer_lines.h"

namespace restanza::rest {
namespace {

http::Request without_body(const http::Request& request) {
  http::Request kept = negotiating_headers(request);
  kept.method = request.method;
  kept.path = request.path;
  kept.peer = request.peer;
  return kept;
}

// What an iq of the batch would be asked with alone, for an answer in JSON.
http::Request as_alone(const http::Request& request) {
  http::Request alone;
  alone.method = "POST";
  const char* json = mapping::media_type(mapping::Format::json);
  alone.headers = {{"Content-Type", json}, {"Accept", json}};
  for (const char* name : {"Restanza-Timeout", "Prosody-Rest-Timeout"}) {
    if (const auto value = request.header(name)) alone.headers.emplace_back(name, *value);
  }
  return alone;
}

const std::vector<http::Header>& batch_headers() {
  static const std::vector<http::Header> headers = {{"Content-Type", kLinesType},
                                                    {"Cache-Control", "no-store"}};
  return headers;
}

}  // namespace

// A stanza that is to be sent: as it was read, and once it has been checked as it leaves.
struct Batch::Pending {
  BatchItem item;
  bool counted;
  std::optional<xmpp::Stanza> stanza = std::nullopt;
  std::string line = {};  // once it is sent
};

// The answer to one iq, which becomes a line.
class Batch::IqResponder final : public http::Responder {
 public:
  IqResponder(std::shared_ptr<Batch> batch, uint64_t number, std::string id)
      : batch_(std::move(batch)), number_(number), id_(std::move(id)) {}

  void respond(http::Response response) override {
    batch_->run(
        [batch = batch_.get(), number = number_, id = id_, at = leaving_, answer = std::move(response)] {
          if (at && !batch->left_) batch->leaving_.erase(*at);
          batch->answered(number, id, answer);
        });
  }
  void fail() noexcept override {
    guarded(batch_->deps_.log, "an iq of a batch", [this] { respond({500, {}, {}}); });
  }
  // Within the batch's turn, in which the iq is sent.
  void watch(http::Watch watch) override {
    leaving_ = batch_->leaving_.insert(batch_->leaving_.end(), std::move(watch.gone));
  }

  http::Written begin(const http::Head&) override { return http::Written::gone; }
  http::Written write(std::string_view) override { return http::Written::gone; }
  void end() noexcept override { fail(); }

 private:
  const std::shared_ptr<Batch> batch_;
  const uint64_t number_;
  const std::string id_;
  std::optional<std::list<std::function<void()>>::iterator> leaving_;
};

Batch::Batch(http::Exchange exchange, const http::Request& request, const Caller& caller, BatchForm form,
             Answer answer, const BatchDependencies& deps)
    : deps_(deps),
      exchange_(std::move(exchange)),
      request_(without_body(request)),
      iq_request_(as_alone(request)),
      caller_(caller),
      answer_(answer),
      splitter_(make_splitter(form, deps.max_stanza, caller, deps.mapping)) {}

void Batch::begin(std::string body, bool whole) {
  run([this, whole, bytes = std::move(body)] {
    id_ = deps_.open->open(shared_from_this(), caller_.name);
    if (id_ == 0)
      return end_with(refused::later("Too many batches are under way, or the server is shutting down"));
    exchange_.watch([weak = weak_from_this()] {
      if (const auto batch = weak.lock()) batch->run([batch = batch.get()] { batch->leave(); });
    });
    splitter_->append(bytes);
    if (whole) {
      splitter_->end();
      complete_ = true;
    }
  });
}

void Batch::stop() {
  run([this] { end_with(refused::later("The server is shutting down")); });
}

void Batch::break_off() {
  run([this] { leave(); });
}

// For want of memory it is broken off: whoever reads the answer sees that it is not complete.
void Batch::run(std::function<void()> work) {
  serial_.run([batch = shared_from_this(), work = std::move(work)] {
    if (batch->over_) return;
    try {
      work();
      batch->go_on();
    } catch (const std::exception& thrown) {
      log_thrown(batch->deps_.log, "a batch", thrown);
      batch->leave();
      if (batch->iqs_ == 0) batch->finish();
    }
  });
}

bool Batch::may_take() const {
  const bool room = answer_ == Answer::whole || out_.size() < kUnread;
  return !taken_ && !left_ && !waiting_ && room && iqs_ < kIqs;
}

void Batch::go_on() {
  bool dry = false;
  for (;;) {
    if (out_.size() >= kWrite) write();
    if (!may_take()) break;
    if (!pending_) {
      auto item = splitter_->next();
      dry = !item;
      if (dry) break;
      pending_.reset(new Pending{std::move(*item), false});
    }
    if (!take(*pending_)) break;
    pending_.reset();
  }
  if (dry && splitter_->broken()) end_with(*splitter_->broken());
  if (dry && complete_) taken_ = true;
  write();
  if (dry && !taken_ && !left_) read_on();
  const bool said = out_.empty() || answer_ == Answer::whole;
  if (iqs_ == 0 && (left_ || (taken_ && said))) finish();
}

void Batch::read_on() {
  if (std::exchange(reading_, true)) return;
  const bool follows = exchange_.read([batch = shared_from_this()](http::Body how, std::string_view bytes) {
    batch->run([batch = batch.get(), how, piece = std::string(bytes)] { batch->came(how, piece); });
  });
  if (!follows) end_with({400, "modify", "bad-format", "The body has no end"});
}

void Batch::came(http::Body how, std::string bytes) {
  reading_ = false;
  switch (how) {
    case http::Body::piece:
      return splitter_->append(std::move(bytes));
    case http::Body::whole:
      complete_ = true;
      return splitter_->end();
    case http::Body::too_large:
      return end_with(refused::too_large());
    case http::Body::malformed:
      return end_with(refused::unparseable("the body's framing is malformed"));
    case http::Body::gone:
      return end_with({408, "wait", "resource-constraint", "Too little of the body came for too long"});
  }
}

// Says so in the place of the next stanza, and takes no more. In that of the first one it is the answer.
void Batch::end_with(const Refusal& refusal) {
  if (std::exchange(taken_, true)) return;
  const uint64_t next = pending_ ? pending_->item.number : splitter_->count() + 1;
  pending_.reset();
  if (next == 1) {
    refused_ = refusal;
    return;
  }
  say(refused_line(next, refusal, true));
}

// Each stanza counts as a request of its own would; the batch's own has counted for the first one.
bool Batch::take(Pending& pending) {
  if (caller_.expires && *caller_.expires <= deps_.clock.wall()) {
    end_with({401, "auth", "not-authorized", "The token has expired"});
    return false;
  }
  if (!pending.counted && pending.item.number > 1) {
    const auto turn = deps_.credentials.take_turn(caller_);
    if (turn > turn.zero()) {
      wait(turn, false);
      return false;
    }
  }
  pending.counted = true;
  return send(pending);
}

bool Batch::send(Pending& pending) {
  const uint64_t number = pending.item.number;
  auto& posted = pending.item.posted;
  if (!pending.stanza) {
    if (!posted) return refuse(number, posted.error()), true;
    const auto as = check_stanza(*posted, caller_, deps_.consumers);
    if (!as) return refuse(number, as.error()), true;
    if (!posted->decoded.unmapped.empty() && !std::exchange(told_unmapped_, true))
      deps_.log.info("a batch has keys without mapping, which its answer names");
    pending.stanza = posted->make();
    if (*as == SentAs::request) return ask(number, *pending.stanza), true;
    pending.line = accepted_line(number, pending.stanza->id, posted->decoded.unmapped);
  }
  const xmpp::Sent sent = send_when_there_is_room(*pending.stanza);
  if (sent == xmpp::Sent::would_block && !no_room_) return false;
  if (sent != xmpp::Sent::ok) return refuse(number, not_taken(sent)), true;
  no_room_ = false;
  say(pending.line);
  return true;
}

// After would_block it waits, unless it has waited for as long as it may.
xmpp::Sent Batch::send_when_there_is_room(const xmpp::Stanza& stanza) {
  const xmpp::Sent sent = deps_.sink.send(stanza);
  if (sent != xmpp::Sent::would_block || no_room_) return sent;
  const uint64_t number = wait(kPatience, true);
  const xmpp::Sent again = deps_.sink.send(stanza, [weak = weak_from_this(), number] {
    if (const auto batch = weak.lock())
      batch->run([batch = batch.get(), number] { batch->waited(number, false); });
  });
  if (again != xmpp::Sent::would_block) waited(number, false);
  return again;
}

void Batch::ask(uint64_t number, const xmpp::Stanza& stanza) {
  ++iqs_;
  deps_.iqs.send(http::Exchange(std::make_unique<IqResponder>(shared_from_this(), number, stanza.id)),
                 iq_request_, stanza, caller_.account, {});
}

void Batch::answered(uint64_t number, const std::string& id, const http::Response& answer) {
  --iqs_;
  const bool fits = answer_ == Answer::in_pieces || out_.size() + answer.body.size() < kWhole;
  if (fits) return say(answered_line(number, id, answer));
  say(refused_line(number, {502, "wait", "resource-constraint", "The batch's answer has no room for it"}));
}

void Batch::refuse(uint64_t number, const Refusal& refusal) {
  deps_.credentials.note(request_, caller_, refusal);
  say(refused_line(number, refusal));
}

uint64_t Batch::wait(std::chrono::nanoseconds most, bool for_room) {
  waiting_ = true;
  const uint64_t number = ++waits_;
  const auto over = [weak = weak_from_this(), number, for_room] {
    if (const auto batch = weak.lock())
      batch->run([batch = batch.get(), number, for_room] { batch->waited(number, for_room); });
  };
  timer_ = deps_.timer.after(std::chrono::ceil<std::chrono::milliseconds>(most), over);
  return number;
}

void Batch::waited(uint64_t number, bool in_vain) {
  if (number != waits_ || !std::exchange(waiting_, false)) return;
  deps_.timer.cancel(timer_);
  no_room_ = no_room_ || in_vain;
}

void Batch::write() {
  if (left_) return out_.clear();
  if (answer_ == Answer::whole || blocked_ || out_.empty()) return;
  if (!std::exchange(begun_, true)) {
    const auto begun = exchange_.begin({200, batch_headers()}, [weak = weak_from_this()] {
      if (const auto batch = weak.lock()) batch->run([batch = batch.get()] { batch->unblock(); });
    });
    if (begun != http::Written::taken) return leave();
  }
  write_some();
}

void Batch::write_some() {
  switch (exchange_.write(out_)) {
    case http::Written::taken:
      return out_.clear();
    case http::Written::would_block:
      break;
    default:
      return leave();
  }
  blocked_ = true;
  unread_ = deps_.timer.after(kPatience, [weak = weak_from_this(), number = ++blocks_] {
    const auto batch = weak.lock();
    if (!batch) return;
    batch->run([batch = batch.get(), number] {
      if (batch->blocked_ && batch->blocks_ == number) batch->leave();
    });
  });
}

void Batch::unblock() {
  blocked_ = false;
  deps_.timer.cancel(unread_);
}

// Nobody reads what follows: what waits for an answer ends, and then the exchange.
void Batch::leave() {
  if (std::exchange(left_, true)) return;
  pending_.reset();
  out_.clear();
  const auto leaving = std::exchange(leaving_, {});
  for (const auto& gone : leaving) {
    if (gone) gone();
  }
}

// Last of all: the exchange may keep what this refers to.
void Batch::finish() {
  over_ = true;
  deps_.timer.cancel(timer_);
  deps_.timer.cancel(unread_);
  const auto open = deps_.open;
  const uint64_t id = id_;
  if (left_) {
    const http::Exchange dropped(std::move(exchange_));
  } else if (refused_) {
    rest::refuse(std::move(exchange_), request_, *refused_);
  } else if (answer_ == Answer::whole) {
    exchange_.respond({200, batch_headers(), std::move(out_)});
  } else {
    if (!begun_) exchange_.begin({200, batch_headers()});
    exchange_.end();
  }
  open->close(id);
}

}  // namespace restanza::rest
