// SPDX-License-Identifier: MIT
// Takes bodies in pieces: below /count it reads all of each and says how much that was; below /hold it reads
// one piece, and keeps the request until its client leaves or it is drained.
//
// Threads: as xp.hpp says. Ownership: a request that is read is kept by the piece that it waits for.
#include <memory>
#include <string>

#include "xp.hpp"

namespace {

constexpr uint64_t kMaxBody = 64 << 20;

class Bodies : public xp::Plugin {
 public:
  Bodies(xp::Host host, std::string_view settings_json) : host_(host) {
    xp::no_settings(settings_json);
    count_ = host_.stream_route("/count", count, kMaxBody);
    hold_ = host_.stream_route(
        "/hold", [this](xp::Exchange exchange, const xp::Request&) { hold(std::move(exchange)); }, kMaxBody);
  }

 private:
  struct Reading {
    xp::Exchange exchange;
    size_t bytes = 0, pieces = 0;
  };

  static void count(xp::Exchange exchange, const xp::Request& request) {
    if (!request.body_follows()) {
      exchange.respond(200, "whole: " + std::to_string(request.body().size()));
      return;
    }
    next(std::make_shared<Reading>(Reading{std::move(exchange)}));
  }
  static void next(const std::shared_ptr<Reading>& reading) {
    const auto take = [reading](xp_status status, std::string_view bytes) {
      reading->bytes += bytes.size();
      ++reading->pieces;
      if (status == XP_OK && !bytes.empty()) return next(reading);
      reading->exchange.respond(status == XP_OK ? 200 : 400, "in pieces: " + std::to_string(reading->bytes) +
                                                                 ", status " + std::to_string(status));
    };
    reading->exchange.read(take);
  }

  void hold(xp::Exchange exchange) {
    const auto reading = std::make_shared<Reading>(Reading{std::move(exchange)});
    reading->exchange.on_gone([reading, host = host_] {
      host.log(XP_INFO, "the client of a body has left");
      reading->exchange.respond(400);
    });
    reading->exchange.read(
        [reading, host = host_](xp_status, std::string_view) { host.log(XP_INFO, "one piece is read"); });
  }

  xp::Host host_;
  xp::Registration count_, hold_;
};

}  // namespace

XP_PLUGIN(Bodies, "bodies", "1.0.0", "MIT")
