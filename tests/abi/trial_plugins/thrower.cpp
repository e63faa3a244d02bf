// SPDX-License-Identifier: MIT
// Misuses everything that xp.hpp stands in front of: it throws, drops, answers twice, parks exchanges for
// ever, and sends a stanza that it says is another's. Threads: handlers on any; the parked exchanges are
// guarded. Ownership: parked exchanges are the plugin's.
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "xp.hpp"

class Thrower : public xp::Plugin {
 public:
  Thrower(xp::Host host, std::string_view settings) : host_(host), start_fails_(settings != "{}") {
    if (settings.find("create") != settings.npos) {
      route_ = host_.route("/lost", [](xp::Exchange, const xp::Request&) {});
      throw std::runtime_error("create fails on purpose");
    }
  }

  void start() override {
    route_ = host_.route("", [this](xp::Exchange exchange, const xp::Request& request) {
      const std::string_view what = request.path().substr(request.path().rfind('/') + 1);
      if (what == "throw") throw std::runtime_error("on\npurpose");
      if (what == "throw_int") throw 42;
      if (what == "twice") {
        xp::Exchange other = std::move(exchange);
        other.respond(200, "first");
        exchange = std::move(other);
        if (exchange.respond(200, "second") == XP_INVALID)
          host_.log(XP_INFO, "the second answer was refused");
      }
      if (what == "park") {
        exchange.on_gone([] { throw std::runtime_error("gone on purpose"); });
        const std::lock_guard<std::mutex> lock(mutex_);
        parked_.push_back(std::move(exchange));
        host_.log(XP_INFO, "parked");
      }
      if (what == "send") exchange.respond(200, std::to_string(send(std::string(host_.domain()))));
      if (what == "send_as_another") exchange.respond(200, std::to_string(send("mallory@elsewhere.example")));
      if (what == "header") exchange.respond(200, request.header("x-ECHO").value_or("none"));
    });
    hook_ = host_.on_stanza(XP_MESSAGE,
                            [](const xp::Stanza&) -> xp::Verdict { throw std::logic_error("no stanzas"); });
    if (start_fails_) throw xp::Error(XP_DENIED, "start fails on purpose");
  }

 private:
  // The text is from the domain, whatever the root is said to have.
  xp_status send(const std::string& from) const {
    const std::string xml =
        "<message type='headline' from='" + xp::escaped(host_.domain()) + "' to='bob@localhost'/>";
    return host_.send({XP_MESSAGE, "headline", from, "bob@localhost", {}, xml});
  }

  const xp::Host host_;
  const bool start_fails_;
  std::mutex mutex_;
  std::vector<xp::Exchange> parked_;
  xp::Registration route_, hook_;
};

XP_PLUGIN(Thrower, "thrower", "1.0.0", "MIT")
