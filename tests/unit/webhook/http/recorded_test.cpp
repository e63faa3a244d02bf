// SPDX-License-Identifier: MIT
// What mod_rest was recorded sending, as it stands on the wire.
#include "support/vectors.h"
#include "unit/webhook/http/sending.h"

using namespace restanza;
using namespace restanza::webhook;
using nlohmann::json;

TEST_CASE("requests over HTTP are as recorded") {
  const auto cases = recorded(VECTORS "/webhooks.json");
  REQUIRE(cases.size() == 55);
  Collected<std::string> requests;
  HttpEndpoint endpoint(HttpEndpoint::each_request([&](const std::string& request) {
    requests.add(request);
    return response(204);
  }));
  Sending sending(endpoint.url());
  for (const json& one : cases) {
    CAPTURE(one["name"].get<std::string>());
    const json& expected = one["callback_request"];
    const Post post{expected["path"], expected["content_type"], expected["content_language"],
                    expected["body"]};
    REQUIRE(sending.transport->post(post, kPatience).status == 204);
    const std::string request = requests.now().back();
    CHECK_THAT(request, StartsWith("POST " + post.target + " HTTP/1.1\r\n"));
    CHECK_THAT(request, Contains("\r\nContent-Type: " + post.content_type + "\r\n"));
    CHECK_THAT(request,
               Contains("\r\nAccept: " + expected["accept"].get<std::string>() + ", application/cbor\r\n"));
    CHECK((request.find("\r\nContent-Language: " + post.language + "\r\n") != std::string::npos) ==
          !post.language.empty());
    CHECK_THAT(request, EndsWith("\r\n\r\n" + post.body));
  }
}
