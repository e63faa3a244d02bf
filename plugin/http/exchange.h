// SPDX-License-Identifier: MIT
// One request that waits for its answer. Move-only; it is answered exactly once, at once or later, from any
// thread: an exchange that is dropped without an answer says 500 rather than leave the client hanging.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "http/request.h"

namespace restanza::http {

// The host's end of an exchange, behind a seam. `respond` or `fail` comes last and comes once.
class Responder {
 public:
  virtual ~Responder() = default;
  // Where it throws, for want of memory, the client has got its answer all the same: 500.
  virtual void respond(Response response) = 0;
  // An answer of 500 that needs no memory. What stands on another exchange lets that go, which fails then.
  virtual void fail() noexcept = 0;
  // `gone` runs at most once, when the client leaves before the answer; perhaps before this returns. At most
  // one call.
  virtual void watch(std::function<void()> gone) = 0;
};

class Exchange {
 public:
  explicit Exchange(std::unique_ptr<Responder> responder) : responder_(std::move(responder)) {}
  Exchange(Exchange&&) noexcept = default;
  Exchange& operator=(Exchange&&) = delete;
  ~Exchange() {
    if (responder_) responder_->fail();
  }

  // These stand on the answer too, whoever gives it.
  void add_header(Header header) { headers_.push_back(std::move(header)); }
  void set_common(std::shared_ptr<const std::vector<Header>> headers) { common_ = std::move(headers); }

  void respond(Response response) {
    response.headers.insert(response.headers.end(), headers_.begin(), headers_.end());
    if (common_) response.common = std::move(common_);
    std::exchange(responder_, nullptr)->respond(std::move(response));
  }
  void watch(std::function<void()> gone) { responder_->watch(std::move(gone)); }

 private:
  std::unique_ptr<Responder> responder_;
  std::vector<Header> headers_;
  std::shared_ptr<const std::vector<Header>> common_;
};

}  // namespace restanza::http
