// SPDX-License-Identifier: MIT
#include "config/options.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "support/catch.h"

using namespace restanza;
using namespace std::chrono_literals;

namespace {

Result<config::Options> read(std::string_view json) {
  return config::parse_options(json, "rest.localhost");
}

std::string refusal(std::string_view json) {
  const auto options = read(json);
  return options ? "accepted" : options.error().text;
}

const std::string kDigest(64, 'a');

}  // namespace

TEST_CASE("nothing set gives the documented defaults, and nothing is open") {
  const auto options = read("{}");
  REQUIRE(options);
  CHECK(options->component_secret.empty());
  CHECK_FALSE(options->anonymous_rest);
  CHECK(options->iq_timeout == 120s);
  CHECK(options->iq_max_timeout == 300s);
  CHECK(options->iq_pending_limit == 16384);
  CHECK(options->stanza_size_limit == 196608);
  CHECK(options->callback_url.empty());
  CHECK(options->callback_timeout == 30s);
}

TEST_CASE("settings keep mod_rest's names") {
  const auto options = read(R"({
    "component_secret": "s3cret", "rest_iq_timeout": 1.5, "rest_auth_mechanisms": ["Bearer"],
    "rest_callback_url": "http://127.0.0.1:9999/stanzas", "rest_callback_stanzas": ["message", "iq"],
    "rest_callback_events": ["bare"]})");
  REQUIRE(options);
  CHECK(options->component_secret == "s3cret");
  CHECK(options->iq_timeout == 1500ms);
  CHECK_FALSE(options->basic);
  CHECK(options->bearer);
  CHECK(options->callback_kinds == 5);
  CHECK(options->callback_bare);
  CHECK_FALSE(options->callback_full);
  CHECK_FALSE(options->callback_host);
}

TEST_CASE("what is wrong is named with its key and value") {
  CHECK(refusal("[]") == "the settings are not one JSON object");
  CHECK(refusal("{") == "the settings are not one JSON object");
  CHECK(refusal(R"({"rest_colour": 1})") ==
        "setting 'rest_colour' is not known: remove it or correct its name");
  CHECK(refusal(R"({"rest_iq_timeout": "soon"})") ==
        "setting 'rest_iq_timeout' must be a number of seconds from 0.001 to 86400.0, and is \"soon\"");
  CHECK(refusal(R"({"rest_iq_pending_limit": 0})") ==
        "setting 'rest_iq_pending_limit' must be a whole number from 1 to 1000000, and is 0");
  CHECK(refusal(R"({"rest_callback_stanzas": ["letter"]})") ==
        "setting 'rest_callback_stanzas' knows message, presence, iq, and not 'letter'");
  CHECK(refusal(R"({"component_secret": ""})") == "setting 'component_secret' must not be empty");
  CHECK(refusal(R"({"component_secret": 5})") == "setting 'component_secret' must be a text");
  CHECK(refusal(R"({"anonymous_rest": "yes"})") == "setting 'anonymous_rest' must be true or false");
  CHECK(refusal(R"({"rest_tokens": {}})") == "setting 'rest_tokens' must be a list");
}

TEST_CASE("numbers are taken at their limits and refused one past them") {
  CHECK(read(R"({"rest_iq_pending_limit": 1000000})"));
  CHECK_FALSE(read(R"({"rest_iq_pending_limit": 1000001})"));
  CHECK(read(R"({"rest_stanza_size_limit": 16777216})"));
  CHECK_FALSE(read(R"({"rest_stanza_size_limit": 16777217})"));
  CHECK_FALSE(read(R"({"rest_iq_timeout": 0})"));
  CHECK_FALSE(read(R"({"rest_iq_timeout": -1})"));
}

TEST_CASE("a secret can stand in a file of its own") {
  char path[] = "/tmp/restanza-secret-XXXXXX";
  REQUIRE(close(mkstemp(path)) == 0);
  std::ofstream(path) << "from the file\n";
  const auto options = read(R"({"component_secret_file": ")" + std::string(path) + R"("})");
  CHECK(refusal(R"({"component_secret": "x", "component_secret_file": ")" + std::string(path) + R"("})") ==
        "setting 'component_secret_file' stands beside 'component_secret': keep one");
  std::remove(path);
  REQUIRE(options);
  CHECK(options->component_secret == "from the file");
  for (const std::string file : {"/nonexistent", "/tmp", ""}) {
    CHECK(refusal(R"({"component_secret_file": ")" + file + R"("})") ==
          "setting 'component_secret_file' names '" + file + "', which is empty or cannot be read");
  }
}

TEST_CASE("a token says what it may do") {
  const auto options = read(R"({"rest_tokens": [{"name": "ci", "sha256": ")" + kDigest + R"(",
    "rights": ["send", "admin"], "from": ["*@rest.localhost"], "to": ["*@localhost"], "kinds": ["message"],
    "expires": "2030-01-01T00:00:00Z"}]})");
  REQUIRE(options);
  const auto& token = options->tokens.at(0);
  CHECK(token.name == "ci");
  CHECK(token.sha256 == std::string(32, '\xaa'));
  CHECK(token.rights == (config::kSend | config::kAdmin));
  CHECK(token.kinds == 1);
  CHECK(token.expires);
}

TEST_CASE("a token that could not be meant is refused") {
  const auto token = [](const std::string& more) {
    return refusal(R"({"rest_tokens": [{"name": "ci", "sha256": ")" + kDigest + "\"" + more + "}]}");
  };
  CHECK(token(R"(, "from": ["bot@elsewhere"])") ==
        "setting 'rest_tokens[0].from' has 'bot@elsewhere', which is not at the domain 'rest.localhost'");
  CHECK(token(R"(, "from": ["*"])") ==
        "setting 'rest_tokens[0].from' has '*', which is not at the domain 'rest.localhost'");
  CHECK(token(R"(, "expires": "tomorrow")") ==
        "setting 'rest_tokens[0].expires' must be an RFC 3339 time such as 2030-01-31T12:00:00Z, and is "
        "'tomorrow'");
  CHECK(token(R"(, "expires": "")").find("setting 'rest_tokens[0].expires' must be an RFC 3339 time") == 0);
  CHECK(token(R"(, "colour": 1)") ==
        "setting 'rest_tokens[0].colour' is not known: remove it or correct its name");
  CHECK(refusal(R"({"rest_tokens": [{"name": "ci", "sha256": "abc"}]})") ==
        "setting 'rest_tokens[0].sha256' must be the SHA-256 of the token, 64 hexadecimal digits");
  CHECK(refusal(R"({"rest_tokens": ["ci"]})") == "setting 'rest_tokens[0]' must be a table");
}

TEST_CASE("the format of webhooks is a media type or its short name") {
  const auto content_type = [](const std::string& name) {
    const auto options = read(R"({"rest_callback_content_type": ")" + name + R"("})");
    return options ? options->callback_content_type : options.error().text;
  };
  CHECK(read("{}")->callback_content_type == "application/xmpp+xml");
  CHECK(content_type("application/xmpp+xml") == "application/xmpp+xml");
  for (const char* json : {"json", "application/json"}) CHECK(content_type(json) == "application/json");
  for (const char* form : {"form", "application/x-www-form-urlencoded"}) {
    CHECK(content_type(form) == "application/x-www-form-urlencoded");
  }
  for (const char* text : {"text", "text/plain"}) CHECK(content_type(text) == "text/plain");
  for (const char* cbor : {"cbor", "application/cbor"}) CHECK(content_type(cbor) == "application/cbor");
  for (const char* unknown : {"yaml", "", "JSON"}) {
    CHECK(content_type(unknown) ==
          "setting 'rest_callback_content_type' knows application/xmpp+xml (xml), application/json (json), "
          "application/x-www-form-urlencoded (form), text/plain (text), application/cbor (cbor), and not '" +
              std::string(unknown) + "'");
  }
}
