// SPDX-License-Identifier: MIT
#include "kit/handed_exchanges.h"

#include <algorithm>
#include <utility>

#include "base/str.h"
#include "http_front/message/answer_text.h"

namespace restanza::host {
namespace {

std::vector<Header> without_framing(std::vector<Header> headers) {
  const auto framing = [](const Header& header) {
    return ascii_equal(header.first, "Content-Length") || ascii_equal(header.first, "Transfer-Encoding") ||
           ascii_equal(header.first, "Connection");
  };
  headers.erase(std::remove_if(headers.begin(), headers.end(), framing), headers.end());
  return headers;
}

// What `write` returns, which writes an answer. Where it throws, nobody else will answer.
template <class Write>
xp_status or_cut(xp::host::Answer& answer, Write write) {
  try {
    return write();
  } catch (...) {
    answer.cut();
    throw;
  }
}

xp_status refuse(xp::host::Answer& answer) {
  or_cut(answer, [&] {
    const std::vector<Header> plain{{"Content-Type", "text/plain; charset=utf-8"}};
    return answer.respond(500, plain, "the answer could not be written\n");
  });
  return XP_INVALID;
}

}  // namespace

ExchangeId HandedExchanges::add(std::shared_ptr<xp::host::Answer> answer) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (open_.size() >= kMaxOpen) return 0;
  open_.emplace(last_ + 1, Open{std::move(answer)});
  return ++last_;
}

void HandedExchanges::client_left(ExchangeId id) {
  std::shared_ptr<const Watch> watch;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = open_.find(id);
    if (found == open_.end() || std::exchange(found->second.gone, true)) return;
    watch = std::move(found->second.watch);
  }
  if (watch && watch->gone) watch->gone();
}

void HandedExchanges::room(ExchangeId id) {
  std::shared_ptr<const Watch> watch;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = open_.find(id);
    if (found == open_.end() || !found->second.streaming || found->second.gone) return;
    watch = found->second.watch;
    found->second.room_unheard = !watch;
  }
  if (watch && watch->writable) watch->writable();
}

bool HandedExchanges::take(ExchangeId id, Open& taken) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = open_.find(id);
  if (found == open_.end()) return false;
  taken = std::move(found->second);
  open_.erase(found);
  return true;
}

xp_status HandedExchanges::respond(ExchangeId id, int code, const std::vector<Header>& headers,
                                   std::string body) {
  Open open;
  if (!take(id, open)) return XP_INVALID;
  if (open.gone) return open.streaming ? XP_INVALID : XP_GONE;
  if (open.streaming) {
    open.answer->cut();
    return XP_INVALID;
  }
  if (!valid_answer(code, headers)) return refuse(*open.answer);
  return or_cut(*open.answer,
                [&] { return open.answer->respond(code, without_framing(headers), std::move(body)); });
}

xp_status HandedExchanges::begin(ExchangeId id, int code, const std::vector<Header>& headers) {
  std::shared_ptr<xp::host::Answer> answer;
  Open bad;
  const bool valid = valid_answer(code, headers);
  if (!valid) {
    if (!take(id, bad) || bad.gone) return XP_INVALID;
    if (!bad.streaming) return refuse(*bad.answer);
    bad.answer->cut();
    return XP_INVALID;
  }
  const auto sent = without_framing(headers);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = open_.find(id);
    if (found == open_.end() || std::exchange(found->second.streaming, true)) return XP_INVALID;
    if (found->second.gone) return XP_GONE;
    answer = found->second.answer;
  }
  return answer->begin(code, sent);
}

std::shared_ptr<xp::host::Answer> HandedExchanges::stream(ExchangeId id, xp_status& status) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = open_.find(id);
  status = found == open_.end() || !found->second.streaming ? XP_INVALID
           : found->second.gone                             ? XP_GONE
                                                            : XP_OK;
  return status == XP_OK ? found->second.answer : nullptr;
}

xp_status HandedExchanges::write(ExchangeId id, std::string_view chunk) {
  xp_status status = XP_OK;
  const auto answer = stream(id, status);
  return answer && !chunk.empty() ? answer->write(chunk) : status;
}

xp_status HandedExchanges::end(ExchangeId id) {
  Open open;
  if (!take(id, open)) return XP_INVALID;
  if (open.gone) return XP_GONE;
  if (!open.streaming) return refuse(*open.answer);
  open.answer->end();
  return XP_OK;
}

xp_status HandedExchanges::watch(ExchangeId id, Watch watch) {
  const auto given = std::make_shared<const Watch>(std::move(watch));
  bool gone = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = open_.find(id);
    if (found == open_.end() || std::exchange(found->second.watched, true)) return XP_INVALID;
    gone = found->second.gone;
    if (!gone) found->second.watch = given;
    if (!gone && !found->second.room_unheard) return XP_OK;
  }
  const auto& heard = gone ? given->gone : given->writable;
  if (heard) heard();
  return XP_OK;
}

}  // namespace restanza::host
