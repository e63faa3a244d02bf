// SPDX-License-Identifier: MIT
// An HTTP exchange whose answer stays in memory. One thread at a time. Shared by the test and the exchange.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "http/exchange.h"

namespace restanza {

struct MemoryAnswer {
  std::optional<http::Response> response;
  int answers = 0;
  std::function<void()> gone;

  // Of a request whose body comes in pieces.
  bool has_body = false;
  http::TakePiece wanted;  // empty: nobody asks
  void give(http::Body how, std::string_view bytes = {}) {
    if (const auto take = std::exchange(wanted, nullptr)) take(how, bytes);
  }

  // Of an answer in pieces.
  bool begun = false;
  bool left = false;  // the client
  bool broken_off = false;
  bool room = true;      // for what is written
  bool refuses = false;  // the head
  std::function<void()> writable;

  int status() const { return response ? response->status : 0; }  // 0: it still waits
  std::string body() const { return response ? response->body : std::string(); }
  std::optional<std::string> header(const std::string& name) const {
    const http::Response answer = response.value_or(http::Response{});
    for (const auto& header : answer.headers) {
      if (header.first == name) return header.second;
    }
    for (const auto& header : answer.common ? *answer.common : std::vector<http::Header>{}) {
      if (header.first == name) return header.second;
    }
    return std::nullopt;
  }
  void leave() {
    left = true;
    if (const auto told = std::exchange(gone, nullptr)) told();
  }
  void make_room() {
    room = true;
    if (writable) writable();
  }
};

class MemoryResponder final : public http::Responder {
 public:
  explicit MemoryResponder(std::shared_ptr<MemoryAnswer> answer) : answer_(std::move(answer)) {}
  void respond(http::Response response) override {
    answer_->response = std::move(response);
    over();
  }
  void fail() noexcept override {
    if (!answer_->begun) return respond({500, {}, {}});
    answer_->broken_off = true;
    over();
  }
  bool read(http::TakePiece take) override {
    if (!answer_->has_body) return false;
    answer_->wanted = std::move(take);
    return true;
  }
  http::Written begin(const http::Head& head) override {
    if (answer_->refuses) {
      respond({500, {}, {}});
      return http::Written::refused;
    }
    answer_->begun = true;
    answer_->response = http::Response{head.status, head.headers, {}, {}, head.common};
    return answer_->left ? http::Written::gone : http::Written::taken;
  }
  http::Written write(std::string_view bytes) override {
    if (answer_->left) return http::Written::gone;
    if (!answer_->room) return http::Written::would_block;
    answer_->response->body += bytes;
    return http::Written::taken;
  }
  void end() noexcept override { over(); }
  void watch(http::Watch watch) override {
    answer_->gone = std::move(watch.gone);
    answer_->writable = std::move(watch.writable);
  }

 private:
  void over() {
    ++answer_->answers;
    answer_->has_body = false;
    answer_->give(http::Body::gone);
    answer_->gone = nullptr;
    answer_->writable = nullptr;
  }
  const std::shared_ptr<MemoryAnswer> answer_;
};

}  // namespace restanza
