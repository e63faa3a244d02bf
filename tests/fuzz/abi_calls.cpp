// SPDX-License-Identifier: MIT
// The whole plugin behind its border, and a host that does anything that xp.h lets it do, in any order.
// Input: a call in each line, which its first character names (see `Host::call`). Every request is answered
// once and well, every iq that is taken is answered, what is sent is a stanza of the plugin's domain, and
// nothing is left when it ends. The rules of the border are checked by the fake host.
//
// Nothing leaves the machine: the webhook is a port on which nobody listens.
#include <algorithm>
#include <string>
#include <vector>

#include "base/str.h"
#include "fuzz/property.h"
#include "support/fake_host.h"
#include "xml/gate.h"
#include "xmpp/jid.h"
#include "xmpp/stanza.h"

using namespace restanza;
using fuzz::must;

namespace {

constexpr const char* kSecret = "s3cret-of-the-component";
constexpr size_t kMaxCalls = 40;

std::string settings() {
  return std::string(R"({"component_secret": ")") + kSecret +
         R"(", "rest_callback_url": "http://127.0.0.1:1/{kind}", "rest_callback_retry": false,)"
         R"( "rest_callback_timeout": 1, "rest_iq_pending_limit": 3, "rest_iq_max_timeout": 600})";
}

// Neither the network nor the disk is reached by settings that the fuzzer made up.
bool harmless(std::string_view json) {
  for (const char* word : {"callback", "file", "\\u"}) {
    if (json.find(word) != std::string_view::npos) return false;
  }
  return true;
}

bool prepared(const std::string& address) {
  if (address.empty()) return true;
  const auto jid = xmpp::Jid::parse(address);
  return jid && jid->full() == address;
}

class Host {
 public:
  Host() : host_(xp_plugin_entry_v1()) {
    must(host_.create(settings()).empty() && host_.start().empty(), "good settings are taken");
    host_.account("alice", "wonder", "alice@localhost");
  }

  void call(std::string_view line) {
    const char what = line.empty() ? ' ' : line[0];
    const std::string_view rest = line.empty() ? line : line.substr(1);
    switch (what) {
      case '<':  // a stanza from the network
        return offer(line);
      case '>':  // a request: "> POST /echo?a=b|content type|accept|body"
        return ask(rest);
      case 'a':  // the answer to the iq that was sent last
        return answer(rest);
      case 'l':  // a client leaves
        return leave(parse_number(rest).value_or(0));
      case 'u':
        return host_.link(true);
      case 'd':
        return host_.link(false);
      case 'b':  // nothing more is taken until 'w'
        return host_.on_send([](const std::string&) { return xp_status{XP_WOULD_BLOCK}; });
      case 'g':
        return host_.on_send([](const std::string&) { return xp_status{XP_GONE}; });
      case 'w':
        host_.on_send({});
        return host_.writable();
      case 'h':
        return host_.hold_verdicts();
      case 'v':
        return host_.give_verdicts();
      case 'r':
        return reload(rest);
      case 'c':
        return create(rest);
      case 'D':
        if (!draining_) host_.drain(std::chrono::milliseconds(parse_number(rest).value_or(0) % 20));
        draining_ = true;
        return;
      default:
        return;
    }
  }

  void end() {
    host_.give_verdicts();
    if (!draining_) host_.drain(std::chrono::milliseconds(0));
    must(host_.wait_done(), "a drain ends");
    for (const auto& call : calls_) check_answered(call);
    host_.writable();
    host_.destroy();
    host_.drop_retries();
    host_.give_verdicts();
    must(host_.done_count() == 1, "done is said once");
    must(host_.contexts() == 0, "every context is released");
    must(host_.open_exchanges() == 0, "every exchange is ended");
    for (const std::string& failure : host_.failures()) must(false, "the border's rules are kept", failure);
    for (const std::string& line : host_.log()) {
      must(line.find(kSecret) == std::string::npos, "the log says no secret", line);
      must(line.find('\n') == std::string::npos, "the log is made of lines", line);
    }
    for (const std::string& sent : host_.sent()) check_sent(sent);
  }

 private:
  void offer(std::string_view xml) {
    const auto stanza = xmpp::parse_stanza(xml);
    if (!stanza || !prepared(stanza->from) || !prepared(stanza->to)) return;  // a server sees to that
    const int32_t verdict = host_.offer(stanza->xml);
    must(verdict == XP_PASS || verdict == XP_CONSUME || verdict == XP_BUSY, "a verdict is one of three", xml);
  }

  void ask(std::string_view text) {
    std::vector<std::string_view> parts = split(text, '|');
    parts.resize(std::max<size_t>(parts.size(), 3));
    const std::string_view line = trim(parts[0]);
    const size_t space = std::min(line.find(' '), line.size());
    const std::string_view target = trim(line.substr(space));
    const size_t mark = target.find('?');
    FakeHost::Request request;
    request.method = line.substr(0, space);
    request.path = "/rest" + std::string(target.substr(0, mark));
    if (mark != std::string_view::npos) request.query = std::string(target.substr(mark + 1));
    request.headers = {{"Authorization", "Basic " + base64(std::string("rest.localhost:") + kSecret)}};
    if (!parts[1].empty()) request.headers.emplace_back("Content-Type", parts[1]);
    if (!parts[2].empty()) request.headers.emplace_back("Accept", parts[2]);
    for (size_t i = 3; i < parts.size(); ++i) request.body += (i > 3 ? "|" : "") + std::string(parts[i]);
    if (request.method == "alice") {
      request.method = "POST";
      request.headers[0].second = "Basic " + base64("alice:wonder");
    }
    calls_.push_back(host_.request(request));
  }

  void answer(std::string_view content) {
    const auto sent = host_.sent();
    for (auto at = sent.rbegin(); at != sent.rend(); ++at) {
      const auto stanza = xmpp::parse_stanza(*at);
      if (!stanza || !stanza->is_request()) continue;
      xml::Document reply("iq", xml::kContentNamespace);
      xml::Element root = reply.root();
      root.set_attribute("type", "result");
      root.set_attribute("id", stanza->id);
      root.set_attribute("from", stanza->to);
      root.set_attribute("to", stanza->from);
      const auto child = xml::parse(content);
      if (child) root.add_copy(child->root());
      return offer(xmpp::to_stanza(root)->xml);
    }
  }

  void leave(uint64_t which) {
    if (!calls_.empty()) host_.leave(calls_[which % calls_.size()]);
  }

  void reload(std::string_view json) {
    if (!harmless(json)) return;
    xp_error error{};
    const xp_status status = xp_plugin_entry_v1()->reload(host_.plugin(), {json.data(), json.size()}, &error);
    must(status == XP_OK || status == XP_INVALID || status == XP_UNSUPPORTED, "a reload says one of three");
    must(status == XP_OK || error.text[0] != '\0', "a refusal says why", json);
    // The secret is what later requests log in with, and the webhook is what this began with.
    if (status == XP_OK) reload_to_begin();
  }

  void reload_to_begin() {
    xp_error error{};
    const std::string json = settings();
    must(xp_plugin_entry_v1()->reload(host_.plugin(), {json.data(), json.size()}, &error) == XP_OK,
         "the first settings are taken again", error.text);
  }

  void create(std::string_view json) {
    if (!harmless(json)) return;
    FakeHost other(xp_plugin_entry_v1());
    const std::string why = other.create(json);
    if (other.plugin()) other.destroy();
    must(other.contexts() == 0 && other.failures().empty(), "settings leave nothing behind", why);
  }

  void check_answered(const FakeHost::Call& call) {
    const auto response = host_.wait(call);
    must(response.has_value(), "every request is answered");
    must(response->status >= 200 && response->status <= 599, "an answer has a status");
    if (response->header("Content-Type") == "application/xmpp+xml" && response->status == 200) {
      must(xml::parse(response->body).ok(), "an answer in XML is XML", response->body);
    }
  }

  static void check_sent(const std::string& sent) {
    const auto stanza = xmpp::parse_stanza(sent);
    must(stanza.ok(), "what is sent is a stanza", sent);
    must(prepared(stanza->from) && prepared(stanza->to), "addresses are prepared", sent);
  }

  FakeHost host_;
  std::vector<FakeHost::Call> calls_;
  bool draining_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view lines = fuzz::text_of(data, size);
  Host host;
  for (size_t i = 0; i < kMaxCalls && !lines.empty(); ++i) host.call(fuzz::take_line(lines));
  host.end();
  return 0;
}
