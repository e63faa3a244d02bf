// SPDX-License-Identifier: MIT
// The section [http]: where the host listens, its certificate, whom it believes, and what an operator may
// limit.
#include "config/host_settings.h"
#include "config/toml_reader.h"
#include "net/tls_identity.h"
#include "support/catch.h"
#include "support/directory.h"
#include "support/pem.h"

using namespace restanza;
using namespace restanza::host;

namespace {

struct Section {
  FrontSettings settings;
  std::string error;  // without the file's name

  explicit Section(const std::string& text) {
    const toml::table table = toml::parse(text);
    TomlReader reader(table, "file", "http.");
    read_each(http_settings(), reader, settings);
    if (const auto read = reader.finish(); !read) error = read.error().text.substr(4);
  }
  std::string addresses() const {
    std::string out;
    for (const auto& at : settings.listen)
      out += (at.path.empty() ? at.host + " " + std::to_string(at.port) : at.path) + "; ";
    return out;
  }
};

}  // namespace

TEST_CASE("one address or several are listened on, and a Unix socket is one") {
  CHECK(Section("listen = '127.0.0.1:80'").addresses() == "127.0.0.1 80; ");
  CHECK(Section("listen = 'unix:/run/restanza/http.sock'").addresses() == "/run/restanza/http.sock; ");
  CHECK(Section("listen = ['[::1]:1', 'unix:/a', '0.0.0.0:0']").addresses() == "::1 1; /a; 0.0.0.0 0; ");
  CHECK(Section("listen = []").error == ":1: 'http.listen' must not be empty");
  CHECK(Section("listen = ['127.0.0.1:80', 81]").error ==
        ":1: 'http.listen' must hold texts that are not empty");
  CHECK(Section("listen = ['127.0.0.1:80', 'x']").error ==
        ":1: 'http.listen' must be an address with a port, such as 127.0.0.1:5280, or unix:/path/to/socket, "
        "and is "
        "'x'");
  const std::string longest = "unix:/" + std::string(106, 'x');
  CHECK(Section("listen = '" + longest + "'").error.empty());
  for (const std::string& text : {std::string("unix:"), std::string("unix:relative"), longest + "x"}) {
    CHECK(Section("listen = '" + text + "'").error ==
          ":1: 'http.listen' must have a path of at most 107 bytes that begins with '/' behind 'unix:', and "
          "is '" +
              text + "'");
  }
}

TEST_CASE("as many addresses as the limit says can be given, one more is refused") {
  std::string list = "listen = ['unix:/a'";
  for (size_t i = 1; i < FrontSettings::kMaxListeners; ++i) list += ", 'unix:/a'";
  CHECK(Section(list + "]").settings.listen.size() == FrontSettings::kMaxListeners);
  CHECK(Section(list + ", 'unix:/a']").error == ":1: 'http.listen' holds more than 16 addresses");
}

TEST_CASE("a certificate and its key come together") {
  const Directory directory;
  const Pem pem = make_pem("name");
  const std::string certificate = write_file(directory.path() + "/certificate.pem", pem.certificate);
  const std::string key = write_file(directory.path() + "/key.pem", pem.key);
  const std::string both = "certificate = '" + certificate + "'\nkey = '" + key + "'\n";
  CHECK(Section(both).settings.tls);
  CHECK(Section(both).error.empty());
  CHECK_FALSE(Section("").settings.tls);
  CHECK(Section("certificate = '" + certificate + "'").error ==
        ":1: 'http.certificate' needs 'http.key' beside it, the file of its private key");
  CHECK(Section("key = '" + key + "'").error ==
        ":1: 'http.key' needs 'http.certificate' beside it, the file that it is for");
  CHECK(Section("certificate = 1\nkey = '" + key + "'").error ==
        ":1: 'http.certificate' must be a text that is not empty");
  CHECK(Section("certificate = '/none.pem'\nkey = '" + key + "'").error ==
        ":1: 'http.certificate' names '/none.pem', which cannot be read: No such file or directory");
  write_file(key, make_pem("another").key);
  CHECK(Section(both).error ==
        ":2: 'http.key' names '" + key + "', whose key does not belong to the certificate in '" +
            certificate + "': take the two that were made together, the server's own certificate first");
}

TEST_CASE("proxies are trusted by their addresses") {
  const Section section("trusted_proxies = ['127.0.0.1', '10.0.0.0/8', 'unix']");
  CHECK(section.settings.trusted_proxies.trusts("10.9.8.7"));
  CHECK(section.settings.trusted_proxies.trusts("unix"));
  CHECK_FALSE(Section("").settings.trusted_proxies.trusts("127.0.0.1"));
  CHECK(Section("trusted_proxies = '127.0.0.1'").error ==
        ":1: 'http.trusted_proxies' must be a list of texts");
  CHECK(Section("trusted_proxies = [1]").error ==
        ":1: 'http.trusted_proxies' must hold texts that are not empty");
  CHECK(Section("trusted_proxies = ['proxy.example']").error ==
        ":1: 'http.trusted_proxies' must hold addresses, networks such as 10.0.0.0/8, or 'unix', and "
        "'proxy.example' is none of them");
}

TEST_CASE("limits are numbers in their ranges") {
  const Section section(
      "max_connections = 10\nmax_header_bytes = 1024\nmax_request_memory = 1048576\nrequest_time = 1\n"
      "idle_time = 86400");
  CHECK(section.error.empty());
  CHECK(section.settings.max_connections == 10);
  CHECK(section.settings.max_header_bytes == 1024);
  CHECK(section.settings.max_request_memory == 1048576);
  CHECK(section.settings.request_time == std::chrono::seconds(1));
  CHECK(section.settings.idle_time == std::chrono::hours(24));
  CHECK(Section("max_connections = 0").error ==
        ":1: 'http.max_connections' must be a whole number from 1 to 1000000");
  CHECK(Section("max_header_bytes = 1023").error ==
        ":1: 'http.max_header_bytes' must be a whole number from 1024 to 1048576");
  CHECK(Section("max_request_memory = 1048575").error.find(":1: 'http.max_request_memory' must be") == 0);
  CHECK(Section("request_time = 0").error ==
        ":1: 'http.request_time' must be a whole number from 1 to 86400");
  CHECK(Section("idle_time = 86401").error == ":1: 'http.idle_time' must be a whole number from 1 to 86400");
  CHECK(Section("max_body = 1").error ==
        ":1: 'http.max_body' is an unknown option: remove it or correct its name");
}
