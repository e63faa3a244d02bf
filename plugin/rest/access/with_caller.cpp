// SPDX-License-Identifier: MIT
#include "rest/access/with_caller.h"

#include <memory>
#include <utility>

#include "rest/answers/reply.h"

namespace restanza::rest {
namespace {

// A request of which it is not known yet whose it is; perhaps it is told on another thread.
class WaitingForCaller final : public AuthenticationCallback {
 public:
  WaitingForCaller(http::Exchange exchange, http::Request request, WithCaller next)
      : exchange_(std::move(exchange)), request_(std::move(request)), next_(std::move(next)) {}
  const http::Request& request() const { return request_; }

  void tell(Result<Caller, Refusal> caller) override {
    if (!caller) return refuse(std::move(exchange_), request_, caller.error());
    next_(std::move(exchange_), request_, *caller);
  }
  void park(std::function<void()> gone) override {
    request_ = negotiating_headers(request_);
    exchange_.watch(std::move(gone));
  }

 private:
  http::Exchange exchange_;
  http::Request request_;
  const WithCaller next_;
};

struct Needed {
  TokenRight right;
  const char* name;
};

void with_right(const Credentials& credentials, http::Exchange exchange, http::Request request, Needed needed,
                WithCaller next) {
  with_caller(credentials, std::move(exchange), std::move(request),
              [&credentials, needed, next = std::move(next)](http::Exchange e, const http::Request& r,
                                                             const Caller& caller) {
                if ((caller.rights & needed.right) == 0) {
                  const Refusal refusal =
                      refused::forbidden("This needs the right '" + std::string(needed.name) + "'");
                  credentials.note(r, caller, refusal);
                  return refuse(std::move(e), r, refusal);
                }
                if (r.body_too_large) return refuse(std::move(e), r, refused::too_large());
                next(std::move(e), r, caller);
              });
}

}  // namespace

void with_caller(const Credentials& credentials, http::Exchange exchange, http::Request request,
                 WithCaller next) {
  const auto waiting =
      std::make_shared<WaitingForCaller>(std::move(exchange), std::move(request), std::move(next));
  credentials.check(waiting->request(), waiting);
}

void with_admin(const Credentials& credentials, http::Exchange exchange, http::Request request,
                WithCaller next) {
  with_right(credentials, std::move(exchange), std::move(request), {kAdmin, "admin"}, std::move(next));
}

void with_receiver(const Credentials& credentials, http::Exchange exchange, http::Request request,
                   WithCaller next) {
  with_right(credentials, std::move(exchange), std::move(request), {kReceive, "receive"}, std::move(next));
}

}  // namespace restanza::rest
