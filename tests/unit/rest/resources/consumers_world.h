// SPDX-License-Identifier: MIT
// What tests of those who ask and who follow have in common: two consumers, of whom one gets nothing, and
// what comes for the other. The test's thread, besides the journal's and the one that reads.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "support/collected.h"
#include "unit/rest/rest_world.h"

namespace restanza::rest {

inline Token token_with(uint32_t rights) {
  Token one = token();
  one.rights = rights;
  return one;
}
inline Credentials::Settings with_token(Token known) {
  auto settings = credential_settings();
  settings.tokens.push_back(std::move(known));
  return settings;
}

inline http::Request asking(const std::string& method, const std::string& path, const std::string& query = {},
                            const std::string& authorization = as_component()) {
  http::Request request;
  request.method = method;
  request.path = path;
  request.query = query;
  if (!authorization.empty()) request.headers.emplace_back("Authorization", authorization);
  return request;
}

// Until what was asked for is written and read: the thread that reads does one after the other, and what it
// has begun asks for itself once more.
inline void settle_reading(RestWorld& world) {
  struct Opening final : feed::ReadThread::Task {
    void run() override { door.open(); }
    test::Door door;
  };
  for (int i = 0; i < 5; ++i) {
    world.settle();
    const auto read = std::make_shared<Opening>();
    world.consumers.run(read);
    REQUIRE(read->door.pass());
  }
}

struct ConsumersWorld : RestWorld {
  explicit ConsumersWorld(Credentials::Settings settings, const std::string& directory = {})
      : RestWorld(std::move(settings), 2, around(directory)) {}
  static Around around(const std::string& directory) {
    Around all;
    all.directory = directory;
    all.consumers.resize(2);
    for (auto& each : all.consumers) each.domain = "rest.localhost";
    all.consumers[1].name = "other";
    all.consumers[1].types = {"none of these"};
    return all;
  }

  void offer(const std::string& xml) {
    xmpp::StanzaTree stanza(*xmpp::parse_stanza(xml));
    REQUIRE(fan_out.offer(stanza, [] {}, {}) == xmpp::Offered::taken);
  }
  void message(const std::string& id, const std::string& from, const std::string& to,
               const std::string& body) {
    offer("<message type='chat' from='" + from + "' to='" + to + "' id='" + id + "'><body>" + body +
          "</body></message>");
  }
  void settle_reading() { rest::settle_reading(*this); }
};

}  // namespace restanza::rest
