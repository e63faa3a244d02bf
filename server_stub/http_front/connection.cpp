// SPDX-License-Identifier: MIT
#include "http_front/connection.h"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <utility>

#include "http_front/message/content_coding.h"

namespace restanza::host {
namespace {

constexpr size_t kReceiveBytes = 16 * 1024;
constexpr int kTurnsAtOnce = 16;  // then the other connections have theirs
// For the client to read an answer that came before the end of its body.
constexpr std::chrono::seconds kLingerTime{2};
// Of a streamed body, in each request_time that it is waited for.
constexpr size_t kSlowest = 16 * 1024;
constexpr const char* kRetryAfter = "1";  // seconds: what fills up here empties fast

std::string refusal_text(const AnswerForm& form, const Refusal& refusal) {
  std::vector<Header> headers{{"Content-Type", "text/plain; charset=utf-8"}};
  if (refusal.code == 503) headers.emplace_back("Retry-After", kRetryAfter);
  return whole_answer(form, refusal.code, headers, refusal.reason + '\n');
}

}  // namespace

Connection::Connection(std::shared_ptr<Outbox> outbox, std::string peer, FrontParts& parts)
    : parts_(parts),
      outbox_(std::move(outbox)),
      peer_(std::move(peer)),
      proxy_(parts.settings.trusted_proxies.trusts(peer_)),
      reader_(parts.settings),
      shaking_hands_(outbox_->shaking_hands()),
      deadline_(std::chrono::steady_clock::now() + parts.settings.request_time) {}

Connection::~Connection() {
  close();
}

void Connection::close() {
  if (stage_ == Stage::closed) return;
  stage_ = Stage::closed;
  if (exchange_) exchange_->client_left();
  exchange_.reset();
  stream_.reset();
  outbox_->shut();
}

void Connection::ready(uint32_t events) {
  // A handshake may have waited for room.
  readable_ = readable_ || (events & ~static_cast<uint32_t>(EPOLLOUT)) != 0 || shaking_hands_;
  half_closed_ = half_closed_ || (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (stage_ != Stage::linger && (events & (EPOLLHUP | EPOLLERR)) != 0) return close();
  if ((events & EPOLLOUT) != 0 && outbox_->flush() && exchange_) exchange_->room();
  if (half_closed_ && !stream_ && exchange_ && exchange_->half_closed()) return close();
  attend();
}

void Connection::attend() {
  if (stage_ == Stage::closed || stage_ == Stage::linger) return advance();
  const auto state = outbox_->state();
  if (state == Outbox::State::failed) return close();
  if (stage_ == Stage::answer) {
    if (outbox_->hold_input()) return take_body();
    end_answer();
  }
  advance();
}

void Connection::end_answer() {
  exchange_.reset();
  stream_.reset();
  request_begun_ = false;
  if (outbox_->state() != Outbox::State::ended) {
    stage_ = Stage::head;
  } else if (in_full_ && reader_.empty() && !readable_) {
    close();
  } else {
    linger();
  }
}

// Closing with unread input would reset the connection, and the reset can overtake the answer.
void Connection::linger() {
  stage_ = Stage::linger;
  reader_.clear();
  readable_ = true;
  outbox_->end_sending();
  deadline_ = std::chrono::steady_clock::now() + kLingerTime;
}

void Connection::advance() {
  for (int turn = 0; stage_ != Stage::answer && stage_ != Stage::closed;) {
    if (stage_ != Stage::linger && use_received()) continue;
    if (turn++ == kTurnsAtOnce) return outbox_->attend_again();
    if (!receive()) return;
  }
}

bool Connection::receive() {
  if (!readable_) return false;
  std::array<char, kReceiveBytes> bytes;
  bool emptied = false;
  const bool lingers = stage_ == Stage::linger;
  const ssize_t n = lingers ? outbox_->discard(bytes.data(), bytes.size(), emptied)
                            : outbox_->receive(bytes.data(), bytes.size(), emptied);
  const int error = n < 0 ? errno : 0;
  if (shaking_hands_) shaking_hands_ = outbox_->shaking_hands();
  if (n > 0) {
    readable_ = !emptied || half_closed_;  // the end comes next
    if (!lingers) reader_.feed({bytes.data(), static_cast<size_t>(n)});
    return true;
  }
  if (error == EINTR) return true;
  readable_ = false;
  if (error == EAGAIN || error == EWOULDBLOCK) {
    readable_ = !emptied;
    return readable_;
  }
  if (error == 0 || !outbox_->drop_tls()) {
    close();
    return false;
  }
  shaking_hands_ = in_full_ = false;
  return refuse({400, "this port speaks TLS: the address begins with https"});
}

bool Connection::use_received() {
  if (!request_begun_) {
    if (reader_.empty()) return false;
    request_begun_ = true;
    in_full_ = false;
    form_ = {};
    form_.keep_alive = false;
    deadline_ = std::chrono::steady_clock::now() + parts_.settings.request_time;
  }
  return stage_ == Stage::head ? use_head() : use_body();
}

bool Connection::use_head() {
  auto head = reader_.take_head();
  if (!head) {
    request_begun_ = !reader_.empty();  // an empty line alone is no request
    return !charge(parts_.arriving, reader_.size());
  }
  request_.memory = {};
  if (!*head) return refuse(head->error());
  form_ = AnswerForm::of(**head);
  in_full_ = !(*head)->has_body();
  if (parts_.refusing) return refuse({503, "the server is shutting down"});
  auto route = parts_.routes.find((*head)->path, (*head)->host);
  if (!route && in_full_) {
    stage_ = Stage::answer;
    outbox_->open_answer(true);
    outbox_->finish(plain_answer(form_, {404, "nothing stands here"}), !form_.keep_alive);
    return true;
  }
  if (!route) return refuse({404, "nothing stands here"});
  open_request(std::move(**head), std::move(*route));
  return true;
}

void Connection::open_request(RequestHead head, MatchedRoute route) {
  const std::optional<uint64_t> length = head.length;
  const bool waits = head.expects_continue && !in_full_ && reader_.empty();
  stage_ = Stage::body;
  request_ = {};
  request_.route = std::move(route);
  request_.request.method = std::move(head.method);
  request_.request.path = std::move(head.path);
  request_.request.query = std::move(head.query);
  request_.request.peer = proxy_ ? parts_.settings.trusted_proxies.client_of(peer_, head.headers) : peer_;
  request_.request.headers = std::move(head.headers);
  if (in_full_) {
    body_ = BodyReader();
    return;
  }
  const uint64_t longest = longest_stream();
  const uint64_t limit = longest != 0 ? longest : request_.route.max_body;
  body_ = BodyReader(length, limit);
  if (length.value_or(0) > limit) return;
  // A client that waits for leave to send gets none where the body would not be read.
  if (waits) outbox_->interim("HTTP/1.1 100 Continue\r\n\r\n");
  if (longest != 0) begin_stream();
}

// Of the request's body, in bytes; 0: it is handed over whole. One in a content coding is decoded when it is.
uint64_t Connection::longest_stream() const {
  const MatchedRoute& route = request_.route;
  if (!route.stream_bodies && !route.longest) return 0;
  if (content_coding(request_.request.headers) != ContentCoding::identity) return 0;
  if (const uint64_t longest = route.longest ? route.longest(request_.request) : 0) return longest;
  return route.stream_bodies ? route.max_body : 0;
}

void Connection::begin_stream() {
  RequestMemory::Share memory;
  if (!memory.resize(parts_.waiting, BodyStream::kMaxAhead + kReceiveBytes)) {
    refuse({503, "other requests have taken all the memory that there is for them"});
    return;
  }
  request_.request.body_follows = true;
  arrived_ = 0;
  hand_out(false,
           std::make_shared<BodyStream>(std::move(memory), [outbox = outbox_] { outbox->attend_again(); }));
  take_body();
}

void Connection::take_body() {
  for (int turn = 0; stream_;) {
    if (stream_->finished()) return stream_.reset();  // it is answered, and nobody wants the rest
    if (stream_->full()) {
      held_up_ = true;
      return;
    }
    if (std::exchange(held_up_, false)) {
      arrived_ = 0;
      deadline_ = std::chrono::steady_clock::now() + parts_.settings.request_time;
    }
    if (use_piece()) continue;
    if (turn++ == kTurnsAtOnce) return outbox_->attend_again();
    if (!receive()) return;
  }
}

bool Connection::use_piece() {
  const auto state = reader_.read_body(body_);
  const std::string piece = body_.take_piece();
  const auto stream = stream_;
  if (!piece.empty()) stream->feed(piece);
  arrived_ += piece.size();
  if (arrived_ >= kSlowest) {
    arrived_ = 0;
    deadline_ = std::chrono::steady_clock::now() + parts_.settings.request_time;
  }
  switch (state) {
    case BodyReader::State::more:
      return !piece.empty();
    case BodyReader::State::malformed:
      end_stream(XP_INVALID);
      break;
    case BodyReader::State::too_large:
      end_stream(XP_TOO_BIG);
      break;
    case BodyReader::State::complete:
      in_full_ = true;
      exchange_->body_is_whole();
      end_stream(XP_OK);
      break;
  }
  return true;
}

void Connection::end_stream(xp_status how) {
  std::exchange(stream_, nullptr)->finish(how);
  body_ = {};
  if (half_closed_ && exchange_->half_closed()) outbox_->fail();
}

bool Connection::use_body() {
  switch (reader_.read_body(body_)) {
    case BodyReader::State::more:
      return !charge(parts_.arriving, body_.size());
    case BodyReader::State::malformed:
      return refuse({400, "the chunks of the body are malformed"});
    case BodyReader::State::too_large:
      form_.keep_alive = false;
      hand_out(true);
      return true;
    case BodyReader::State::complete:
      in_full_ = true;
      if (charge(parts_.waiting, body_.size())) hand_out(false);
      return true;
  }
  return false;
}

void Connection::hand_out(bool too_large, std::shared_ptr<BodyStream> stream) {
  request_.request.body_too_large = too_large;
  if (!too_large && !stream) request_.request.body = body_.take();
  if (!stream) body_ = {};
  const auto exchange = std::make_shared<Exchange>(outbox_, form_);
  const auto id = parts_.exchanges.add(exchange);
  if (!id) {
    refuse({503, "too many requests are waiting for their answers"});
    return;
  }
  request_.id = *id;
  request_.exchange = exchange;
  if (stream) exchange->expect_body(stream);
  if (half_closed_ && !stream) exchange->half_closed();
  exchange_ = exchange;
  stage_ = Stage::answer;
  outbox_->open_answer(stream || !reader_.empty() || readable_);
  stream_ = std::move(stream);
  if (parts_.hand_out(std::exchange(request_, {}))) return;
  form_.keep_alive = false;
  if (const auto taken = parts_.exchanges.take(*id)) {
    taken->close_after_answer();
    taken->respond(503, {{"Retry-After", kRetryAfter}}, "no thread is free for the request\n");
  }
}

bool Connection::charge(RequestMemory& whole, size_t bytes) {
  return request_.memory.resize(whole, bytes) ||
         !refuse({503, "other requests have taken all the memory that there is for them"});
}

bool Connection::refuse(const Refusal& refusal) {
  form_.keep_alive = false;
  stage_ = Stage::answer;
  body_.take();  // an empty body in its place would keep the buffer
  body_ = {};
  request_ = {};
  outbox_->open_answer(true);
  outbox_->finish(refusal_text(form_, refusal), true);
  return true;
}

void Connection::expire(Instant now) {
  if (stage_ == Stage::answer) attend();
  if (stage_ == Stage::closed || now < next_check(now)) return;
  if (stream_ && !outbox_->stalled_since()) return end_stream(XP_GONE);
  const bool slow_request = (stage_ == Stage::head || stage_ == Stage::body) && request_begun_;
  if (!slow_request) return close();
  refuse({408, "the request did not arrive in time"});
  attend();
}

Instant Connection::next_check(Instant now) const {
  const auto& settings = parts_.settings;
  if (const auto stalled = outbox_->stalled_since()) return *stalled + settings.write_time;
  const bool arriving = stage_ == Stage::answer ? stream_ && !held_up_ : request_begun_ || shaking_hands_;
  if (stage_ == Stage::linger || arriving) return deadline_;
  if (stage_ == Stage::head) return outbox_->quiet_since() + settings.idle_time;
  // An answer that is completed by another thread may make the connection idle without a word to the loop;
  // looking in once in an idle time is then soon enough.
  return now + settings.idle_time;
}

}  // namespace restanza::host
