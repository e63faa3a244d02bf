// SPDX-License-Identifier: MIT
// One request of HTTP/1.1 on a connection of its own, written as it is given. Any thread; blocks until the
// answer is whole, the connection has ended, or the time is over.
#pragma once

#include <chrono>
#include <future>
#include <string>
#include <utility>
#include <vector>

namespace restanza::hostcheck {

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/rest";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  // Where it is there: what belongs to the body too, and is sent once `then` is ready; or nothing, for
  // `leaves`.
  std::string rest = {};
  std::shared_future<void> then = {};
  bool leaves = false;
};

struct HttpAnswer {
  int status = 0;      // 0: there was none
  std::string head{};  // with the line of the status
  std::string body{};  // as it came: chunks are not taken out of their coding

  bool holds(const std::string& text) const { return body.find(text) != std::string::npos; }
};

// `address` is "127.0.0.1:5280" or "[::1]:5280".
HttpAnswer ask(const std::string& address, const HttpRequest& request, std::chrono::milliseconds limit);

}  // namespace restanza::hostcheck
