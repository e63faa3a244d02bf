// SPDX-License-Identifier: MIT
#include "traffic.h"

namespace restanza::check {
namespace {

constexpr const char* kXml = "application/xmpp+xml";
constexpr const char* kPing = "<ping xmlns='urn:xmpp:ping'/>";

Headers as_alice(const char* type) {
  return {{"Authorization", kAuthorization}, {"Content-Type", type}, {"Accept", type}, {"Host", "localhost"}};
}

std::string times(size_t count, const std::string& text) {
  std::string out;
  out.reserve(count * text.size());
  while (count-- > 0) out += text;
  return out;
}

}  // namespace

Request post(const Host::Place& route, const std::string& stanza) {
  return {"POST", route.path, std::nullopt, as_alice(kXml), stanza};
}

std::vector<Request> requests(const Host& host) {
  std::vector<Request> all;
  for (const auto& route : host.routes()) {
    for (const char* method : {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW"}) {
      for (const char* below :
           {"", "/", "/a", "/a/b/c", "/message/chat/bob@localhost", "/echo", "/health", "/metrics"}) {
        all.push_back({method, route.path + below, std::nullopt, as_alice(kXml)});
      }
    }
    all.push_back({"GET", route.path, "a=b&c=%20&a=b", {}});
    all.push_back(post(route, "<message to='bob@localhost'><body>Hi</body></message>"));
    all.push_back({"POST",
                   route.path,
                   std::nullopt,
                   {{"Authorization", "Bearer of-alice"}, {"Content-Type", kXml}, {"Accept", kXml}},
                   "<message to='bob@localhost'><body>Hi</body></message>"});
    all.push_back(post(route, "<presence to='bob@localhost'/>"));
    all.push_back(post(route, "<message to='bob@localhost'>"));
    all.push_back({"POST", route.path, std::nullopt, as_alice("application/json"),
                   R"({"kind": "message", "to": "bob@localhost", "body": "Hi"})"});
    all.push_back({"POST", route.path, std::nullopt, as_alice("application/json"), "{"});
    all.push_back(
        {"POST", route.path + "/message/chat/bob@localhost", std::nullopt, as_alice("text/plain"), "Hi"});
    all.push_back({"POST", route.path, std::nullopt, as_alice("application/octet-stream"),
                   std::string(static_cast<size_t>(std::min<uint64_t>(route.max_body + 1, 4U << 20U)), 'x')});
  }
  return all;
}

std::vector<Request> questions(const Host& host, const std::string& id) {
  std::vector<Request> all;
  for (const auto& route : host.routes()) {
    all.push_back(post(route, "<iq type='get' id='" + id + "' to='bob@localhost/r'>" + kPing + "</iq>"));
  }
  return all;
}

std::vector<Request> hostile_requests(const Host& host) {
  const std::string nul("a\0b", 3), broken_utf8 = "\xC3\x28\xF0\x9F\xFF\xED\xA0\x80";
  std::vector<Request> all;
  for (const auto& route : host.routes()) {
    const auto body = [&](const char* type, const std::string& text) {
      all.push_back({"POST", route.path, std::nullopt, as_alice(type), text});
    };
    all.push_back({"", route.path, "", {{"", ""}}});
    all.push_back({nul, route.path + "/" + nul, nul, {{nul, nul}, {"Authorization", nul}}, nul});
    all.push_back(
        {broken_utf8, route.path + "/" + broken_utf8, broken_utf8, {{"Authorization", broken_utf8}}});
    for (const char* below :
         {"/%", "/%2", "/%zz", "/%00", "/%FF%FE", "/..//../", "/a?b#c", "//", "/%2e%2e/%2f"}) {
      all.push_back({"GET", route.path + below, "%=%&&==;%00", as_alice(kXml)});
      all.push_back({"POST", route.path + below, "%", as_alice("text/plain"), "x"});
    }
    all.push_back({"GET", route.path + "/" + times(1 << 20, "a"), times(1 << 20, "q"), as_alice(kXml)});
    Headers many(10000, {"X-Many", "1"});
    all.push_back({"GET", route.path, std::nullopt, std::move(many)});
    for (const char* value :
         {"Basic", "Basic !!!", "Basic YWxpY2U=", "Bearer", "Bearer \xFF", "Negotiate x", ","}) {
      all.push_back({"POST",
                     route.path,
                     std::nullopt,
                     {{"Authorization", value}, {"Content-Type", kXml}},
                     "<message/>"});
    }
    for (const char* type :
         {"", ";", "/", "text/", "application/xmpp+xml;charset=\"", "multipart/form-data", "*/*"}) {
      all.push_back({"POST",
                     route.path,
                     std::nullopt,
                     {{"Authorization", kAuthorization}, {"Content-Type", type}, {"Accept", type}},
                     "x"});
    }
    for (const char* type :
         {kXml, "application/json", "text/plain", "application/x-www-form-urlencoded", "application/cbor"}) {
      body(type, "");
      body(type, nul);
      body(type, broken_utf8);
      body(type, times(20000, "<a>") + times(20000, "</a>"));
      body(type, times(20000, "[") + times(20000, "]"));
      body(type, times(20000, "{\"a\":"));
      body(type, times(20000, "\x9F"));
      body(type, "<message to='" + times(5000, "a") + "@localhost'/>");
      body(type, "<message><body>&#0;&#xFFFFFF;</body></message>");
      body(type, "<!DOCTYPE a [<!ENTITY b 'c'>]><message>&b;</message>");
      body(type, "<message" + times(3000, " a='b'") + "/>");
      body(type, std::string(static_cast<size_t>(std::min<uint64_t>(route.max_body, 4U << 20U)), ' '));
    }
    all.push_back({"POST", route.path, std::nullopt, as_alice(kXml), "<message/>", 0xFFFFFFFEU});
  }
  return all;
}

std::vector<Stanza> stanzas(const Host& host) {
  const std::string& domain = host.settings().domain;
  const std::string someone = "bot@" + domain, from = "user@localhost/r";
  std::vector<Stanza> all;
  for (const std::string& to : {domain, someone, someone + "/r"}) {
    for (const char* type : {"chat", "normal", "groupchat", "headline", "error", ""}) {
      all.push_back({XP_MESSAGE, type, from, to, "m", "<body>Hi</body>"});
    }
    for (const char* type : {"", "unavailable", "subscribe", "probe", "error"}) {
      all.push_back({XP_PRESENCE, type, from, to, "p", ""});
    }
    all.push_back({XP_IQ, "get", from, to, "i1", kPing});
    all.push_back({XP_IQ, "set", from, to, "i2", "<query xmlns='jabber:iq:private'/>"});
    all.push_back({XP_IQ, "result", from, to, "i3", ""});
    all.push_back(
        {XP_IQ, "error", from, to, "i4",
         "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"});
  }
  return all;
}

std::vector<Stanza> hostile_stanzas(const Host& host) {
  const std::string& domain = host.settings().domain;
  const std::string nul("a\0b", 3), broken_utf8 = "\xC3\x28\xF0\x9F\xFF\xED\xA0\x80";
  std::vector<Stanza> all;
  for (const uint32_t kind : {XP_MESSAGE, XP_PRESENCE, XP_IQ}) {
    for (const std::string& odd : {std::string(), nul, broken_utf8, times(100000, "a"),
                                   std::string("'\"<>&@/@/"), std::string("@"), std::string("/")}) {
      all.push_back({kind, odd, odd, domain, odd, "<a xmlns='b'/>"});
      all.push_back({kind, "get", odd, odd, odd, odd});
      all.push_back({kind, "get", "user@localhost", domain, odd, kPing});
    }
    Stanza raw{kind, "get", "user@localhost/r", domain, "1", ""};
    for (const std::string& xml :
         {std::string("<"), std::string("<iq"), std::string("<iq>"), std::string("no XML"), nul, broken_utf8,
          std::string("<a/><b/>"), std::string("<!--x-->"), std::string("<![CDATA["), std::string("<x:y/>"),
          "<iq>" + times(50000, "<a>"), "<iq>" + times(50000, "<a>") + times(50000, "</a>") + "</iq>",
          "<iq" + times(50000, " a='b'") + "/>", "<iq>" + times(1 << 20, "x") + "</iq>",
          std::string("<iq a='>'>&unknown;</iq>")}) {
      raw.raw = xml;
      all.push_back(raw);
    }
  }
  return all;
}

std::string root_attribute(const std::string& xml, const std::string& name) {
  size_t at = xml.find_first_of(" />");
  while (at < xml.size() && xml[at] == ' ') {
    const size_t equals = xml.find('=', at);
    if (equals == std::string::npos || equals + 1 >= xml.size()) break;
    const size_t end = xml.find(xml[equals + 1], equals + 2);
    if (end == std::string::npos) break;
    if (xml.compare(at + 1, equals - at - 1, name) == 0) return xml.substr(equals + 2, end - equals - 2);
    at = end + 1;
  }
  return {};
}

Stanza answer_to(const std::string& iq) {
  const std::string type = root_attribute(iq, "type");
  if (iq.compare(0, 4, "<iq ") != 0 || (type != "get" && type != "set")) return {0, "", "", "", "", ""};
  return {XP_IQ, "result", root_attribute(iq, "to"), root_attribute(iq, "from"), root_attribute(iq, "id"),
          ""};
}

}  // namespace restanza::check
