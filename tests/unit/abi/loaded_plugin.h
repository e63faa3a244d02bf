// SPDX-License-Identifier: MIT
// The whole plugin on the fake host, created and started, and at the end taken down by the book: drained,
// destroyed, and looked at for anything left over. The test's thread.
#pragma once

#include <string>
#include <utility>

#include "base/str.h"
#include "support/catch.h"
#include "support/fake_host.h"

namespace restanza {

inline constexpr const char* kSecret = "s3cret-of-the-component";
inline constexpr const char* kXmppXml = "application/xmpp+xml";

// Settings with the secret and, where given, more members: `, "key": value`.
inline std::string settings(const std::string& more = "") {
  return std::string(R"({"component_secret": ")") + kSecret + "\"" + more + "}";
}
inline std::string callback_to(const std::string& url, const std::string& more = "") {
  return settings(R"(, "rest_callback_retry": false, "rest_callback_url": ")" + url + "\"" + more);
}

inline std::string basic(const std::string& name, const std::string& password) {
  return "Basic " + base64(name + ":" + password);
}

class LoadedPlugin {
 public:
  explicit LoadedPlugin(const std::string& json = settings(), FakeHost::Settings host_settings = {})
      : host(xp_plugin_entry_v1(), host_settings),
        domain_(std::move(host_settings.domain)),
        prefix_(std::move(host_settings.prefix)) {
    REQUIRE(host.create(json) == "");
    REQUIRE(host.start() == "");
  }
  LoadedPlugin(const LoadedPlugin&) = delete;
  LoadedPlugin& operator=(const LoadedPlugin&) = delete;
  ~LoadedPlugin() {
    if (host.plugin()) end();
    CHECK(host.done_count() == 1);
    CHECK(host.contexts() == 0);
    CHECK(host.open_exchanges() == 0);
    CHECK(host.failures() == std::vector<std::string>());
    for (const std::string& line : host.log()) CHECK(line.find(kSecret) == std::string::npos);
  }

  void end(std::chrono::milliseconds within = std::chrono::seconds(20)) {
    if (host.done_count() == 0) host.drain(within);
    CHECK(host.wait_done());
    host.destroy();
  }

  // A request with a stanza in XML, from the component where no other credentials are named.
  FakeHost::Request post(const std::string& body, const std::string& path = "",
                         const std::string& authorization = "-") const {
    FakeHost::Request request;
    request.path = prefix_ + path;
    request.headers = {{"Content-Type", kXmppXml}, {"Accept", kXmppXml}};
    if (!authorization.empty()) {
      request.headers.emplace_back("Authorization",
                                   authorization == "-" ? basic(domain_, kSecret) : authorization);
    }
    request.body = body;
    return request;
  }
  FakeHost::Request ping(const std::string& id, const std::string& authorization = "-") const {
    return post("<iq type='get' id='" + id + "' to='bob@localhost/r'><ping xmlns='urn:xmpp:ping'/></iq>", "",
                authorization);
  }
  std::string pong(const std::string& id) const {
    return "<iq type='result' id='" + id + "' from='bob@localhost/r' to='" + domain_ + "'/>";
  }

  FakeHost host;

 private:
  const std::string domain_;
  const std::string prefix_;
};

}  // namespace restanza
