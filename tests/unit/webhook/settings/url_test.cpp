// SPDX-License-Identifier: MIT
#include "webhook/settings/url.h"

#include "support/catch.h"
#include "webhook/settings/settings.h"

using namespace restanza;
using webhook::Url;

namespace {

std::string error_of(const std::string& url) {
  webhook::Settings settings;
  settings.url = url;
  const auto checked = webhook::check(settings);
  if (checked) return "";
  REQUIRE(checked.error().text.rfind("'url': ", 0) == 0);
  return checked.error().text.substr(7);
}

}  // namespace

TEST_CASE("a URL is taken apart") {
  const auto plain = Url::parse("http://Bots.Example.net/in?x=1&to={to}");
  REQUIRE(plain);
  CHECK_FALSE(plain->tls);
  CHECK(plain->host == "bots.example.net");
  CHECK(plain->port == 80);
  CHECK(plain->target == "/in?x=1&to={to}");
  CHECK(plain->authorization.empty());
  CHECK(plain->origin() == "http://bots.example.net:80");

  const auto tls = Url::parse("HTTPS://[2001:db8::1]:8443");
  REQUIRE(tls);
  CHECK(tls->tls);
  CHECK(tls->host == "2001:db8::1");
  CHECK(tls->port == 8443);
  CHECK(tls->target == "/");
  CHECK(tls->origin() == "https://[2001:db8::1]:8443");

  CHECK(Url::parse("https://h")->port == 443);
  CHECK(Url::parse("http://h?a=b")->target == "/?a=b");
  CHECK(Url::parse("http://h:1/")->port == 1);
  CHECK(Url::parse("http://h:65535/")->port == 65535);
}

TEST_CASE("a user part becomes Basic credentials") {
  CHECK(Url::parse("http://Aladdin:open%20sesame@h/x")->authorization ==
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  CHECK(Url::parse("http://a:b@c@h/x")->authorization == "Basic YTpiQGM=");
  CHECK(Url::parse("http://user@h/x")->authorization == "Basic dXNlcjo=");
  CHECK(Url::parse("http://h/a@b")->authorization.empty());
}

TEST_CASE("a URL that cannot work is refused with its remedy") {
  CHECK(error_of("example.net/x") == "'example.net/x' has no scheme: begin it with http:// or https://");
  CHECK(error_of("ftp://h/") == "'ftp://h/' has the scheme 'ftp': use http or https");
  CHECK(error_of("http:///x") == "'http:///x' has no host: write http://host/path");
  CHECK(error_of("http://h:0/") ==
        "'http://h:0/' has a wrong port: write a number from 1 to 65535 after the host and a colon");
  for (const char* port : {":", ":65536", ":8o", ":-1", ":+1"}) {
    CHECK_THAT(error_of("http://h" + std::string(port) + "/"), Contains("wrong port"));
  }
  CHECK_THAT(error_of("http://[::1/"), Contains("close the IPv6 address"));
  CHECK_THAT(error_of("http://[1.2.3.4]/"), Contains("no IPv6 address"));
  CHECK_THAT(error_of("http://[::1]x/"), Contains("wrong port"));
  CHECK_THAT(error_of("http://h/a b"), Contains("percent-encoded"));
  CHECK_THAT(error_of("http://h/\r\nX: y"), Contains("percent-encoded"));
  CHECK_THAT(error_of("http://h/\xC3\xA9"), Contains("percent-encoded"));
  CHECK_THAT(error_of("http://h/x#y"), Contains("fragment"));
  CHECK_THAT(error_of("http://{to}/x"), Contains("after the host only"));
  CHECK_THAT(error_of("http://a%zz@h/x"), Contains("broken percent-encoding"));
  CHECK(error_of("http://h/{node}") ==
        "'http://h:80/...' has the unknown field {node}: there are {kind}, {type}, {to} and {from}");
  CHECK_THAT(error_of("http://h/{to"), Contains("brace without its partner"));
  CHECK_THAT(error_of("http://h/to}"), Contains("brace without its partner"));
  CHECK(error_of("http://h/{kind}/{type}/{to}/{from}").empty());
}

TEST_CASE("no error shows a password") {
  for (const char* url : {"ftp://bot:hunter2@h/", "http://bot:hunter2@h:0/", "http://bot:hunter2@/",
                          "http://bot:hunter2@h/{x}", "http://bot:hunter2%@h/", "bot:hunter2@h"}) {
    CAPTURE(url);
    const std::string error = error_of(url);
    CHECK_FALSE(error.empty());
    CHECK_THAT(error, !Contains("hunter2"));
  }
}
