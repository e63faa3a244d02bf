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
    if (const auto told = std::exchange(gone, nullptr)) told();
  }
};

class MemoryResponder final : public http::Responder {
 public:
  explicit MemoryResponder(std::shared_ptr<MemoryAnswer> answer) : answer_(std::move(answer)) {}
  void respond(http::Response response) override {
    answer_->response = std::move(response);
    ++answer_->answers;
    answer_->gone = nullptr;
  }
  void fail() noexcept override { respond({500, {}, {}}); }
  void watch(std::function<void()> gone) override { answer_->gone = std::move(gone); }

 private:
  const std::shared_ptr<MemoryAnswer> answer_;
};

}  // namespace restanza
