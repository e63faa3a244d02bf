// SPDX-License-Identifier: MIT
#include "rest/sending/batch/gathering.h"

#include <utility>

#include "base/guarded.h"
#include "rest/answers/reply.h"

namespace restanza::rest {

void Gathering::begin() {
  run([this] {
    id_ = open_->open(shared_from_this(), who_);
    if (id_ == 0)
      return refuse(refused::later("Too many batches are under way, or the server is shutting down"));
    read_on();
  });
}

void Gathering::stop() {
  run([this] { refuse(refused::later("The server is shutting down")); });
}

void Gathering::run(std::function<void()> work) {
  serial_.run([self = shared_from_this(), work = std::move(work)] {
    if (self->over_) return;
    guarded(self->log_, "a batch", work);
  });
}

void Gathering::read_on() {
  const bool follows = exchange_.read([self = shared_from_this()](http::Body how, std::string_view bytes) {
    self->run([self = self.get(), how, piece = std::string(bytes)] { self->came(how, piece); });
  });
  if (!follows) refuse({400, "modify", "bad-format", "The body has no end"});
}

void Gathering::came(http::Body how, std::string_view bytes) {
  switch (how) {
    case http::Body::piece:
      if (request_.body.size() + bytes.size() > limit_) return refuse(too_long_);
      request_.body.append(bytes);
      return read_on();
    case http::Body::whole:
      request_.body_follows = false;
      return end([this] { next_(std::move(exchange_), request_); });
    case http::Body::too_large:
      return refuse(too_long_);
    case http::Body::malformed:
      return refuse(refused::unparseable("the body's framing is malformed"));
    case http::Body::gone:
      return refuse({408, "wait", "resource-constraint", "Too little of the body came for too long"});
  }
}

void Gathering::refuse(const Refusal& refusal) {
  end([this, &refusal] { rest::refuse(std::move(exchange_), request_, refusal); });
}

void Gathering::end(const std::function<void()>& last) {
  over_ = true;
  open_->close(id_);  // whoever calls still keeps this
  last();
}

}  // namespace restanza::rest
