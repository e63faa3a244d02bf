// SPDX-License-Identifier: MIT
// A plugin of twenty lines: it answers GET /hello below its prefix, and every chat message with a greeting.
#include "xp.hpp"

class Hello : public xp::Plugin {
 public:
  Hello(xp::Host host, std::string_view settings) : host_(host) { xp::no_settings(settings); }

  void start() override {
    route_ = host_.route("/hello", [](xp::Exchange exchange, const xp::Request& request) {
      if (request.method() != "GET") throw std::runtime_error("GET is all I know");  // the client gets 500
      exchange.respond(200, "Hello\n", {{"Content-Type", "text/plain"}});
    });
    hook_ = host_.on_stanza(XP_MESSAGE, [this](const xp::Stanza& message) {
      if (message.type() != "chat") return xp::Verdict::pass;
      host_.send("<message type='chat' from='" + xp::escaped(host_.domain()) + "' to='" +
                 xp::escaped(message.from()) + "'><body>Hello</body></message>");
      return xp::Verdict::consume;
    });
  }

 private:
  xp::Host host_;
  xp::Registration route_, hook_;
};

XP_PLUGIN(Hello, "hello", "1.0.0", "MIT")
