// SPDX-License-Identifier: MIT
#include "http_front/exchange.h"

#include <utility>

namespace restanza::host {
namespace {

// What `write` returns, which writes an answer. Where there is no memory for it, the connection ends: nobody
// else will answer.
template <class Write>
xp_status or_fail(Outbox& outbox, Write write) {
  try {
    return write() ? XP_OK : XP_GONE;
  } catch (...) {
    outbox.fail();
    return XP_GONE;
  }
}

// At its end, when the lock is free again, nobody is given anything of the body any more.
class EndOfBody {
 public:
  explicit EndOfBody(const std::shared_ptr<BodyStream>& body) : body_(body) {}
  ~EndOfBody() {
    if (body_) body_->finish(XP_GONE);
  }
  EndOfBody(const EndOfBody&) = delete;
  EndOfBody& operator=(const EndOfBody&) = delete;

 private:
  const std::shared_ptr<BodyStream>& body_;
};

}  // namespace

Exchange::Exchange(std::shared_ptr<Outbox> outbox, AnswerForm form)
    : outbox_(std::move(outbox)), form_(form) {}

xp_status Exchange::refuse() {
  or_fail(*outbox_, [&] {
    return outbox_->finish(plain_answer(form_, {500, "the answer could not be written"}), !form_.keep_alive);
  });
  return XP_INVALID;
}

xp_status Exchange::respond(int code, const std::vector<Header>& headers, std::string_view body) {
  const EndOfBody end_of_body(body_);
  std::shared_ptr<Watch> dropped;  // freed after the lock
  const std::lock_guard<std::mutex> lock(mutex_);
  dropped = std::move(watch_);
  const Phase before = phase_;
  phase_ = Phase::over;
  if (before == Phase::streaming) {
    outbox_->fail();  // a stream that is cut short must not look complete
    return XP_INVALID;
  }
  if (gone_) return XP_GONE;
  if (!valid_answer(code, headers)) return refuse();
  return or_fail(
      *outbox_, [&] { return outbox_->finish(whole_answer(form_, code, headers, body), !form_.keep_alive); });
}

xp_status Exchange::begin(int code, const std::vector<Header>& headers) {
  std::shared_ptr<Watch> dropped;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (phase_ != Phase::open) return XP_INVALID;
  if (!valid_answer(code, headers)) {
    dropped = std::move(watch_);
    phase_ = Phase::over;
    return gone_ ? XP_INVALID : refuse();
  }
  phase_ = Phase::streaming;
  if (gone_) return XP_GONE;
  stream_body_ = stream_has_body(form_, code);
  if (form_.http_1_0) form_.keep_alive = false;  // its stream ends where the connection does
  return or_fail(*outbox_,
                 [&] { return outbox_->append(stream_head(form_, code, headers)) == Outbox::Sent::taken; });
}

xp_status Exchange::write(std::string_view chunk) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (phase_ != Phase::streaming) return XP_INVALID;
  if (gone_) return XP_GONE;
  if (!stream_body_ || chunk.empty()) return XP_OK;
  switch (outbox_->append(stream_chunk(form_, chunk))) {
    case Outbox::Sent::taken:
      return XP_OK;
    case Outbox::Sent::would_block:
      return XP_WOULD_BLOCK;
    case Outbox::Sent::gone:
      break;
  }
  return XP_GONE;
}

xp_status Exchange::end() {
  const EndOfBody end_of_body(body_);
  std::shared_ptr<Watch> dropped;
  const std::lock_guard<std::mutex> lock(mutex_);
  dropped = std::move(watch_);
  const Phase before = phase_;
  phase_ = Phase::over;
  if (gone_) return XP_GONE;
  if (before != Phase::streaming) return refuse();
  return or_fail(*outbox_,
                 [&] { return outbox_->finish(stream_body_ ? stream_end(form_) : "", !form_.keep_alive); });
}

xp_status Exchange::watch(Watch watch) {
  const auto given = std::make_shared<Watch>(std::move(watch));
  bool gone = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (phase_ == Phase::over || watched_) return XP_INVALID;
    watched_ = true;
    gone = gone_;
    if (!gone) watch_ = given;
    if (!gone && !room_unheard_) return XP_OK;
  }
  const auto& heard = gone ? given->gone : given->writable;
  if (heard) heard();
  return XP_OK;
}

bool Exchange::over() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return phase_ == Phase::over;
}

void Exchange::close_after_answer() {
  const std::lock_guard<std::mutex> lock(mutex_);
  form_.keep_alive = false;
}

void Exchange::expect_body(std::shared_ptr<BodyStream> body) {
  body_ = std::move(body);
  keep_alive_ = std::exchange(form_.keep_alive, false);
}

void Exchange::body_is_whole() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (phase_ == Phase::open) form_.keep_alive = keep_alive_;
}

xp_status Exchange::read(BodyPiece piece) {
  return body_ && body_->read(std::move(piece)) ? XP_OK : XP_INVALID;
}

void Exchange::handler_returned() {
  bool left = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    running_ = false;
    left = half_closed_ && phase_ != Phase::over;
  }
  if (left) outbox_->fail();  // the loop closes the connection and comes back with client_left
}

bool Exchange::half_closed() {
  const std::lock_guard<std::mutex> lock(mutex_);
  half_closed_ = true;
  return !running_ && phase_ != Phase::over;
}

void Exchange::client_left() {
  std::shared_ptr<Watch> watch;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (phase_ == Phase::over || gone_) return;
    gone_ = true;
    watch = std::move(watch_);
  }
  if (body_) body_->finish(XP_GONE);
  if (watch && watch->gone) watch->gone();
}

void Exchange::room() {
  std::shared_ptr<Watch> watch;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (phase_ != Phase::streaming || gone_) return;
    watch = watch_;
    room_unheard_ = !watch;
  }
  if (watch && watch->writable) watch->writable();
}

}  // namespace restanza::host
