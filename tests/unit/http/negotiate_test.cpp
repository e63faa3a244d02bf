// SPDX-License-Identifier: MIT
#include "http/negotiate.h"

#include "support/catch.h"

using restanza::http::negotiate;

namespace {

// The chosen one of three types, or "none".
std::string chosen(std::string_view accept) {
  const std::vector<std::string_view> offered{"text/html", "application/xmpp+xml", "application/json"};
  const auto index = negotiate(accept, offered);
  return index ? std::string(offered[*index]) : "none";
}

}  // namespace

TEST_CASE("the type with the highest weight is chosen") {
  CHECK(chosen("application/json") == "application/json");
  CHECK(chosen("application/json;q=0.5, application/xmpp+xml;q=0.9") == "application/xmpp+xml");
  CHECK(chosen("application/json; q=0.501 , application/xmpp+xml ;q=0.5") == "application/json");
  CHECK(chosen("APPLICATION/JSON;Q=1.000, text/html;q=0.999") == "application/json");
}

TEST_CASE("among equals the first named is chosen, and under one range the first offered") {
  CHECK(chosen("application/json, application/xmpp+xml") == "application/json");
  CHECK(chosen("application/json, */*") == "application/json");
  CHECK(chosen("application/xmpp+xml, application/json") == "application/xmpp+xml");
  CHECK(chosen("*/*") == "text/html");
  CHECK(chosen("application/*") == "application/xmpp+xml");
}

TEST_CASE("a range that names a type more closely decides about it, in any order") {
  CHECK(chosen("*/*, text/html;q=0") == "application/xmpp+xml");
  CHECK(chosen("text/html;q=0, */*") == "application/xmpp+xml");
  CHECK(chosen("application/*;q=0.2, application/json;q=0.1, */*;q=0.15") == "application/xmpp+xml");
  CHECK(chosen("text/*;q=0.3, */*;q=0.4") == "application/xmpp+xml");
}

TEST_CASE("a weight of zero refuses") {
  CHECK(chosen("application/json;q=0") == "none");
  CHECK(chosen("application/json;q=0.000") == "none");
  CHECK(chosen("application/json;q=0.001") == "application/json");
}

TEST_CASE("what is accepted and not offered is none") {
  CHECK(chosen("") == "none");
  CHECK(chosen("image/png") == "none");
  CHECK(chosen("application/jsonp, json, /json, application/") == "none");
}

TEST_CASE("a malformed weight does not hide its type, and no header is too odd to read") {
  CHECK(chosen("application/json;q=high, application/xmpp+xml;q=0.9") == "application/json");
  CHECK(chosen("application/json;q=2") == "application/json");
  CHECK(chosen("application/json;q=0.9x, application/xmpp+xml;q=0.99") == "application/json");
  CHECK(chosen("application/json;q=") == "application/json");
  CHECK(chosen("application/json;") == "application/json");
  CHECK(chosen("application/json;charset=utf-8;q=0") == "none");
  for (const char* odd : {",", ";", "/", "*", "*/", "/*", ",,;;==", ";q=1", "text", "\t \t,"}) {
    CAPTURE(odd);
    CHECK(chosen(odd) == "none");
  }
}
