// SPDX-License-Identifier: MIT
#include "webhook/settings/settings.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <optional>

#include "support/catch.h"
#include "webhook/settings/endpoint_settings.h"

using namespace restanza;
using webhook::Settings;

namespace {

// The error of settings that are right but for what `change` does to them.
template <class Change>
std::string error_after(Change&& change) {
  Settings settings;
  settings.url = "http://h/";
  change(settings);
  const auto checked = webhook::check(settings);
  return checked ? "" : checked.error().text;
}

// The settings after this one has been read as some value that it has not yet; absent where it takes none of
// these, or does not tell it from the earlier one.
std::optional<Settings> read_otherwise(const config::Setting<Settings>& setting, const Settings& before) {
  for (const char* value :
       {"true", "false", "1", "2", "\"x\"", "\"json\"", "[\"x\"]", "[\"iq\"]", "[\"host\"]", "\"retry\""}) {
    Settings after = before;
    const auto read = config::read_object(
        "{\"" + setting.row.key + "\": " + value + "}",
        [&](config::Reader& reader) { setting.read(reader, setting.row.key.c_str(), after); });
    if (read && !setting.same(before, after)) return after;
  }
  return std::nullopt;
}

struct File {
  char path[32] = "/tmp/restanza-file-XXXXXX";
  explicit File(const std::string& text) {
    ::close(::mkstemp(path));
    std::ofstream(path) << text;
  }
  ~File() { ::unlink(path); }
};

}  // namespace

TEST_CASE("a URL alone is enough") {
  CHECK(error_after([](Settings&) {}).empty());
}

TEST_CASE("a URL that is wrong is an error that begins with its key") {
  CHECK(error_after([](Settings& settings) { settings.url = "ftp://user:hunter2@h/"; }) ==
        "'url': 'ftp://***@h/' has the scheme 'ftp': use http or https");
  CHECK(error_after([](Settings& settings) { settings.url = "http://h/{colour}"; }) ==
        "'url': 'http://h:80/...' has the unknown field {colour}: there are {kind}, {type}, {to} and {from}");
}

TEST_CASE("a name can stand in a path, at its longest and not beyond") {
  const auto named = [](const std::string& name) {
    return error_after([&](Settings& settings) { settings.name = name; });
  };
  for (const std::string good : {"a", "A.b_c-9", "..."}) CHECK(named(good).empty());
  CHECK(named(std::string(64, 'x')).empty());
  CHECK_THAT(named(std::string(65, 'x')), Contains("'name' must be 1 to 64"));
  for (const std::string bad : {"", ".", "..", "a b", "a/b", "\xC3\xA9", "a\n"}) {
    CAPTURE(bad);
    CHECK(named(bad) ==
          "'name' must be 1 to 64 letters of ASCII, digits, '.', '_' and '-', and is '" + bad + "'");
  }
}

TEST_CASE("limits that would let nothing through are refused") {
  CHECK(error_after([](Settings& settings) { settings.max_connections = 0; }) ==
        "'max_connections' must be 1 or more");
  CHECK(error_after([](Settings& settings) { settings.max_queued = 0; }) == "'max_queued' must be 1 or more");
  CHECK(error_after([](Settings& settings) { settings.timeout = std::chrono::milliseconds(0); }) ==
        "'timeout' must be longer than 0");
  CHECK(error_after([](Settings& settings) { settings.drain_rate = -1; }) ==
        "'drain_rate' must be 0 requests a second or more");
}

TEST_CASE("secrets are checked without being shown") {
  CHECK_THAT(error_after([](Settings& settings) { settings.secrets = {"hunter2"}; }),
             Contains("'secrets[0]' must be whsec_") && !Contains("hunter2"));
  CHECK(error_after([](Settings& settings) {
          settings.secrets = {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"};
        }).empty());
}

TEST_CASE("an authorization cannot add a line to the request, and is not shown") {
  const auto error_of = [](const std::string& value) {
    return error_after([&](Settings& settings) { settings.authorization = value; });
  };
  for (const std::string good :
       {"", "Bearer abc.def", "Basic dXNlcjo=", "Digest username=\"x\", uri=\"/\""}) {
    CHECK(error_of(good).empty());
  }
  for (const std::string bad : {"Bearer hunter2\r\nX: y", "hunter2\n", " hunter2", "hunter2 ", "hunter2\x7f",
                                "a\thunter2", "hunter2\xC3\xA9"}) {
    CHECK_THAT(error_of(bad), Contains("'authorization' must be what stands behind") && !Contains("hunter2"));
  }
  CHECK_FALSE(error_of(std::string("a\0b", 3)).empty());
}

TEST_CASE("a CA file must be there and hold a certificate") {
  const auto error_of = [](const std::string& path) {
    return error_after([&](Settings& settings) { settings.ca_file = path; });
  };
  const File good("# a comment\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
      bad("hello");
  CHECK(error_of(good.path).empty());
  CHECK(error_of(bad.path) ==
        "'ca_file' names '" + std::string(bad.path) + "', which holds no certificate in PEM");
  CHECK(error_of("/nonexistent") ==
        "'ca_file' names '/nonexistent', which cannot be read or is larger than 1 MiB: check its path");
}

TEST_CASE("filters that nothing can pass are refused") {
  CHECK(error_after([](Settings& settings) { settings.types = {"chat", "available", "get"}; }).empty());
  CHECK(error_after([](Settings& settings) { settings.types = {"letter"}; }) ==
        "'types' knows normal, chat, groupchat, headline, error, available, unavailable, subscribe, "
        "subscribed, "
        "unsubscribe, unsubscribed, probe, get, set, result, and not 'letter'");
  CHECK_FALSE(error_after([](Settings& settings) { settings.types = {""}; }).empty());
  CHECK(error_after([](Settings& settings) { settings.from = {""}; }) ==
        "'from' holds an empty text, which nothing matches: remove it");
  CHECK_THAT(error_after([](Settings& settings) { settings.to = {"a", ""}; }), Contains("'to' holds"));
  CHECK_THAT(error_after([](Settings& settings) { settings.namespaces = {""}; }),
             Contains("'namespaces' holds"));
}

TEST_CASE("endpoints that differ in any one thing are not the same") {
  Settings settings;
  settings.url = "http://h/";
  CHECK(webhook::same(settings, settings));
  for (const auto& setting : webhook::entry_settings()) {
    CAPTURE(setting.row.key);
    const auto other = read_otherwise(setting, settings);
    REQUIRE(other);
    CHECK_FALSE(webhook::same(settings, *other));
  }
  const std::vector<std::function<void(Settings&)>> given_to_all = {
      [](Settings& s) { s.domain = "other"; },       [](Settings& s) { s.mapping.strict = true; },
      [](Settings& s) { s.mapping.raw_xml = true; }, [](Settings& s) { s.public_only = true; },
      [](Settings& s) { ++s.max_answer; },           [](Settings& s) { s.gone_disables = true; }};
  for (const auto& change : given_to_all) {
    Settings other = settings;
    change(other);
    CHECK_FALSE(webhook::same(settings, other));
  }
}
