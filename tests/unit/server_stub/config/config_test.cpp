// SPDX-License-Identifier: MIT
#include "config/config.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "modes/component_mode.h"
#include "modes/link_mode.h"
#include "modes/local_mode.h"
#include "support/catch.h"

using namespace restanza;
using namespace restanza::host;

namespace {

// A file with the text, gone at the end of the test. Errors begin with its name, which is cut off.
class File {
 public:
  explicit File(const std::string& text) {
    close(mkstemp(path_));
    std::ofstream(path_) << text;
  }
  ~File() { std::remove(path_); }
  Result<HostConfig> load() const { return load_config(path_, known_modes()); }
  std::string refusal() const {
    const auto config = load();
    if (config) return "accepted";
    const std::string& text = config.error().text;
    return text.rfind(path_, 0) == 0 ? text.substr(std::strlen(path_)) : text;
  }

 private:
  char path_[32] = "/tmp/restanza-config-XXXXXX";
};

constexpr const char* kPlugin = "[[plugin]]\ndomain = 'rest.localhost'\n";

}  // namespace

TEST_CASE("the documented defaults hold where the file is silent") {
  const auto config = File(std::string("state_dir = '/var/lib/r'\n") + kPlugin).load();
  REQUIRE(config);
  REQUIRE(config->http.listen.size() == 1);
  CHECK(config->http.listen[0].host == "127.0.0.1");
  CHECK(config->http.listen[0].port == 5280);
  CHECK(config->http.tls == nullptr);
  CHECK(config->mode == "local");
  const LocalMode& server = own_settings<LocalMode>(config->of_mode);
  CHECK(server.domain == "localhost");
  CHECK(server.address == "127.0.0.1");
  CHECK(server.port == 5222);
  CHECK_FALSE(server.anonymous);
  REQUIRE(config->plugins.size() == 1);
  CHECK(config->plugins[0].load == "restanza");
  CHECK(config->plugins[0].prefix == "/rest");
  CHECK(config->plugins[0].http_host == "rest.localhost");
  CHECK(config->plugins[0].state_dir == "/var/lib/r/rest.localhost");
  CHECK(config->plugins[0].settings_json == "{}");
}

TEST_CASE("the file of the documentation is understood") {
  const auto config = File(R"(
    state_dir = "/var/lib/restanza"
    [log]
    level = "debug"
    [http]
    listen = "[::1]:0"
    [xmpp]
    mode = "component"
    server = "xmpp.example.net:5347"
    secret = "link"
    max_stanza = 100000
    [[plugin]]
    load = "restanza"
    domain = "REST.example.net"
    prefix = "/api/rest"
    http_host = "API.example.net"
    secret = "own"
    [plugin.settings]
    component_secret = "x"
    rest_callback_stanzas = ["message", "iq"]
    rest_iq_timeout = 1.5
    [[plugin]]
    domain = "two.example.net"
  )")
                          .load();
  REQUIRE(config);
  CHECK(config->log_level == Level::debug);
  CHECK(config->http.listen[0].host == "::1");
  CHECK(config->mode == "component");
  const ComponentMode& link = own_settings<ComponentMode>(config->of_mode);
  CHECK(link.host == "xmpp.example.net");
  CHECK(link.port == 5347);
  CHECK_FALSE(HostPort{link.host, link.port}.loopback());
  CHECK(link.max_stanza == 100000);
  CHECK(config->plugins[0].domain == "rest.example.net");
  CHECK(config->plugins[0].http_host == "api.example.net");
  CHECK(own_settings<ComponentPlugin>(config->plugins[0].of_mode).secret == "own");
  CHECK(own_settings<ComponentPlugin>(config->plugins[1].of_mode).secret == "link");
  CHECK(config->plugins[0].settings_json.find("\"rest_iq_timeout\" : 1.5") != std::string::npos);
}

TEST_CASE("what is wrong is named with its line, key and value") {
  CHECK(File("x = 1\n" + std::string(kPlugin)).refusal() ==
        ":1: 'x' is an unknown option: remove it or correct its name");
  CHECK(File("[http]\nlisten = 'nowhere'\n" + std::string(kPlugin)).refusal() ==
        ":2: 'http.listen' must be an address with a port, such as 127.0.0.1:5280, or unix:/path/to/socket, "
        "and is 'nowhere'");
  CHECK(File("[http]\nlisten = '127.0.0.1:65536'\n" + std::string(kPlugin))
            .refusal()
            .find(":2: 'http.listen'") == 0);
  CHECK(File("[xmpp]\nmode = 'component'\nserver = '127.0.0.1'\n" + std::string(kPlugin)).refusal() ==
        ":3: 'xmpp.server' must be an address with a port, such as 127.0.0.1:5347, and is '127.0.0.1'");
  CHECK(File("[xmpp]\nc2s = '127.0.0.1'\n" + std::string(kPlugin)).refusal() ==
        ":2: 'xmpp.c2s' must be an address with a port, such as 127.0.0.1:5222, and is '127.0.0.1'");
  CHECK(File("[http]\nlisten = 5280\n" + std::string(kPlugin)).refusal() ==
        ":2: 'http.listen' must be a text that is not empty, or a list of such texts");
  const std::string no_mode = File("[xmpp]\nmode = 'federated'\n" + std::string(kPlugin)).refusal();
  CHECK_THAT(no_mode, StartsWith(":2: 'xmpp.mode' must be local") && EndsWith(", and is 'federated'"));
  for (const ModeSettings* mode : known_modes()) CHECK_THAT(no_mode, Contains(mode->name));
  CHECK(File("[xmpp]\nc2s = '0.0.0.0:5222'\n" + std::string(kPlugin)).refusal() ==
        ":2: 'xmpp.c2s' must be a loopback address such as 127.0.0.1:5222, because the embedded server has "
        "no TLS, "
        "and is '0.0.0.0:5222'");
  CHECK(
      File("[xmpp]\nc2s = 'localhost:5222'\n" + std::string(kPlugin)).refusal().find(":2: 'xmpp.c2s' must") ==
      0);
  CHECK(File("[xmpp]\naccounts = { alice = 1 }\n" + std::string(kPlugin)).refusal() ==
        ":2: 'xmpp.accounts' must hold texts only, and 'alice' is none");
  CHECK(File("[xmpp]\nserver = '127.0.0.1:5347'\n" + std::string(kPlugin)).refusal() ==
        ":2: 'xmpp.server' is an unknown option: remove it or correct its name");
  CHECK(File("[log]\nlevel = 'loud'\n" + std::string(kPlugin)).refusal() ==
        ":2: 'log.level' must be debug, info, warn or error, and is 'loud'");
  CHECK(File("[[plugin]]\nload = 'restanza'\n").refusal() ==
        ":1: 'plugin.domain' is missing: it says whose stanzas the plugin gets");
  CHECK(File("[[plugin]]\ndomain = 'a@b'\n").refusal() ==
        ":2: 'plugin.domain' must be a domain, and is 'a@b'");
  CHECK(File("[[plugin]]\ndomain = 'a'\nprefix = 'rest'\n").refusal() ==
        ":3: 'plugin.prefix' must begin with '/' and not end in it, and is 'rest'");
  for (const std::string never : {"/a b", "/a?b", "/%41", "/a#b"}) {
    CHECK(File("[[plugin]]\ndomain = 'a'\nprefix = '" + never + "'\n")
              .refusal()
              .find(":3: 'plugin.prefix' may") == 0);
  }
  CHECK(File("plugin = 1\n").refusal() ==
        ":1: 'plugin' must be a table: write [plugin], or [[plugin]] for each of several");
  CHECK(File("plugin = [\n  { domain = 'a' },\n  1,\n]\n").refusal() ==
        ":3: 'plugin' must be a table: write [plugin], or [[plugin]] for each of several");
  CHECK(File("").refusal().find("'plugin' is missing") != std::string::npos);
  CHECK(File("[xmpp]\nmode = 'component'\n" + std::string(kPlugin)).refusal() ==
        ":3: 'plugin.secret' is missing, here and in [xmpp]: it is the component's secret at the server");
  CHECK(File(std::string(kPlugin) + kPlugin).refusal() ==
        ":4: 'plugin.domain' is 'rest.localhost' like another plugin's: give each its own");
  CHECK(File("[xmpp]\ndomain = 'chat.example'\n[plugin]\ndomain = 'chat.example'\n").refusal() ==
        ":4: 'plugin.domain' is 'chat.example' like [xmpp] domain, where users log in: give the plugin "
        "another, such as 'rest.chat.example'");
  const std::string behind = "[[plugin]]\ndomain = 'b.localhost'\nhttp_host = 'REST.localhost'\n";
  CHECK(File(kPlugin + behind).refusal() ==
        ":3: 'plugin.prefix' is '/rest' like another plugin's for the HTTP host 'rest.localhost', and "
        "would get no request: give each its own");
  CHECK(File(kPlugin + behind + "prefix = '/b'\n").load());
  CHECK(File("= 1\n").refusal().find(":1: column 1: ") == 0);
  CHECK(File("[xmpp]\naccounts = {\n").refusal().find(":2: column ") == 0);
  CHECK(load_config("/tmp", known_modes()).error().text == "/tmp: is a directory: name the file in it");
  CHECK(File("#" + std::string(1024 * 1024, 'x')).refusal() == ": cannot be read, or is larger than 1 MiB");
  CHECK(File("[xmpp]\nmode = 'component'\nsecret_file = '/tmp'\n" + std::string(kPlugin)).refusal() ==
        ":3: 'xmpp.secret_file' names '/tmp', which is empty or cannot be read");
  CHECK(load_config("/nonexistent.toml", known_modes()).error().text ==
        "/nonexistent.toml: cannot be read: No such file or directory; check its path and permissions");
}

TEST_CASE("a plugin alone may stand in a table of its own") {
  const auto config = File("[plugin]\ndomain = 'a.localhost'\n[plugin.settings]\nkey = 'x'\n").load();
  REQUIRE(config);
  REQUIRE(config->plugins.size() == 1);
  CHECK(config->plugins[0].domain == "a.localhost");
  CHECK(config->plugins[0].source.lines.at("key") == 4);
}

TEST_CASE("an IPv6 address stands in brackets, so that its port is no part of it") {
  CHECK(parse_address("[::1]:5280")->host == "::1");
  for (const char* text :
       {"::1:5280", "fe80::1", "[::1:5280", "::1]:5280", "[]:5280", "[::1]", "[[::1]]:1"}) {
    INFO(text);
    CHECK_FALSE(parse_address(text));
  }
}

TEST_CASE("a name that begins like a loopback address is none") {
  CHECK(parse_address("127.0.0.1:80")->loopback());
  CHECK(parse_address("127.8.9.1:80")->loopback());
  CHECK(parse_address("localhost:80")->loopback());
  CHECK_FALSE(parse_address("127.example.net:80")->loopback());
  CHECK_FALSE(parse_address("10.0.0.1:80")->loopback());
}
