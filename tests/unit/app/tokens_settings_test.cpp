// SPDX-License-Identifier: MIT
#include "support/catch.h"
#include "unit/app/reading.h"

using namespace restanza;

namespace {

const std::string kDigest(64, 'a');

}  // namespace

TEST_CASE("a token says what it may do") {
  const auto settings = read(R"({"rest_tokens": [{"name": "ci", "sha256": ")" + kDigest + R"(",
    "rights": ["send", "admin"], "from": ["*@rest.localhost"], "to": ["*@localhost"], "kinds": ["message"],
    "expires": "2030-01-01T00:00:00Z", "rate": 2.5}]})");
  REQUIRE(settings);
  const auto& token = settings->resources.credentials.tokens.at(0);
  CHECK(token.name == "ci");
  CHECK(token.sha256 == std::string(32, '\xaa'));
  CHECK(token.rights == (rest::kSend | rest::kAdmin));
  CHECK(token.kinds == 1);
  CHECK(token.expires);
  CHECK(token.rate == 2.5);
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
        "setting 'rest_tokens[0].colour' is an unknown option: remove it or correct its name");
  CHECK(refusal(R"({"rest_tokens": [{"name": "ci", "sha256": "abc"}]})") ==
        "setting 'rest_tokens[0].sha256' must be the SHA-256 of the token, 64 hexadecimal digits");
  CHECK(refusal(R"({"rest_tokens": ["ci"]})") == "setting 'rest_tokens[0]' must be a table");
}

TEST_CASE("a token's rate is taken at its limits and refused one past them, and 0 is no rate") {
  const auto rate = [](const std::string& value) {
    return read(R"({"rest_tokens": [{"name": "ci", "sha256": ")" + kDigest + R"(", "rate": )" + value +
                "}]}");
  };
  CHECK(rate("0.001")->resources.credentials.tokens[0].rate == 0.001);
  CHECK(rate("1000000")->resources.credentials.tokens[0].rate == 1000000);
  CHECK(rate("null")->resources.credentials.tokens[0].rate == 0);
  for (const char* wrong : {"0", "-1", "0.0009", "1000001", "\"10\"", "true", "[1]"}) {
    CAPTURE(wrong);
    const auto settings = rate(wrong);
    REQUIRE_FALSE(settings);
    CHECK(
        settings.error().text ==
        "setting 'rest_tokens[0].rate' must be a number of requests a second from 0.001 to 1000000, and is " +
            std::string(wrong) + "; leave it out for no limit");
  }
}
