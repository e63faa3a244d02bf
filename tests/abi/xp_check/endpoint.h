// SPDX-License-Identifier: MIT
// A web server on loopback for plugins that call one: what the settings name as @URL@. It answers every
// request with a stanza, or leaves it open. Owns a thread and its sockets until it goes.
#pragma once

#include <atomic>
#include <string>
#include <thread>

namespace restanza::check {

class Endpoint {
 public:
  enum class Manner { answers, is_silent };
  explicit Endpoint(Manner manner);
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;
  ~Endpoint();

  std::string url() const { return url_; }

 private:
  void serve();

  const Manner manner_;
  int listener_;
  int stop_[2];
  std::string url_;
  std::thread thread_;
};

}  // namespace restanza::check
