// SPDX-License-Identifier: MIT
#include "webhook/request/reply.h"

#include "base/random.h"
#include "base/str.h"
#include "subscription/fan_out/failure_reply.h"
#include "webhook/request/status_error.h"
#include "xml/gate.h"
#include "xmpp/jid.h"

namespace restanza::webhook {
namespace {

constexpr const char* kReceipts = "urn:xmpp:receipts";  // XEP-0184

std::string described(const xmpp::Stanza& stanza) {
  return "an endpoint's answer to " + std::string(stanza.kind == xmpp::Kind::iq ? "an " : "a ") +
         xmpp::name_of(stanza.kind) + " from " + stanza.from;
}

// The beginning of `text` that holds whole characters and at most `limit` bytes.
std::string_view cut(std::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

xmpp::StanzaError status_error(const Outcome& outcome) {
  xmpp::StanzaError error = error_for_status(outcome.status);
  const bool text_given = mapping::format_of(outcome.content_type) == mapping::Format::text;
  if (!text_given || !outcome.unreadable.empty()) return error;
  const std::string_view text = cut(trim(outcome.body), kMaxErrorText);
  if (!text.empty() && xml::representable(text)) error.text = std::string(text);
  return error;
}

// The stanza that the body holds, or why there is none to send.
Result<mapping::Decoded> read(const xmpp::Stanza& stanza, const Outcome& outcome,
                              const mapping::Options& options) {
  if (!outcome.unreadable.empty()) return Error{outcome.unreadable};
  if (outcome.truncated) return Error{"is longer than allowed"};
  const auto format = mapping::format_of(outcome.content_type);
  if (!format)
    return Error{"cannot be read: its type is '" +
                 shown_value(mapping::without_parameters(outcome.content_type)) + "'"};
  auto decoded = mapping::decode(*format, outcome.body, {{}, {}, {}, xmpp::name_of(stanza.kind)}, options);
  if (!decoded) return Error{"cannot be read: " + decoded.error().text};
  return std::move(*decoded);
}

// Whether the endpoint meant to send a stanza, and not what a web server says by itself.
bool stanza_announced(const Outcome& outcome) {
  const auto format = mapping::format_of(outcome.content_type);
  return format == mapping::Format::xml || format == mapping::Format::json || format == mapping::Format::cbor;
}

std::string reply_type(const xmpp::Stanza& stanza, xml::Element body) {
  std::string type(body.attribute("type").value_or(""));
  const bool failed = type == "error" || (type.empty() && body.child("error", xml::kContentNamespace));
  if (failed) return "error";
  return stanza.kind == xmpp::Kind::iq ? "result" : type;
}

std::string reply_id(const xmpp::Stanza& stanza, xml::Element body, const std::string& type) {
  if (stanza.kind == xmpp::Kind::iq || type == "error") return stanza.id;
  const std::string own(body.attribute("id").value_or(""));
  return own.empty() ? random_id() : own;
}

// The body as a reply: its children, and of its attributes only those that a webhook may choose.
xmpp::Stanza addressed(const xmpp::Stanza& stanza, xml::Element body) {
  const std::string type = reply_type(stanza, body);
  const std::string id = reply_id(stanza, body, type);
  const bool to_room = xmpp::is_groupchat(stanza.kind, type);
  xml::Document reply(xmpp::name_of(stanza.kind), xml::kContentNamespace);
  xml::Element root = reply.root();
  root.set_attribute("from", stanza.to);
  root.set_attribute("to", to_room ? xmpp::bare_of(stanza.from) : stanza.from);
  if (!id.empty()) root.set_attribute("id", id);
  if (!type.empty()) root.set_attribute("type", type);
  if (const auto language = body.attribute("xml:lang")) root.set_attribute("xml:lang", *language);
  for (const xml::Element child : xml::children(body)) root.add_copy(child);
  auto made = xmpp::to_stanza(root);
  return std::move(*made);
}

// What an endpoint's answer is made for.
struct Asked {
  const xmpp::StanzaTree& tree;
  const Outcome& outcome;
  const size_t max_stanza;
  const bool in_room;
};

void add_failure(const Asked& asked, const xmpp::StanzaError& error, Answer& answer) {
  if (auto reply = subscription::failure_reply(asked.tree, error, asked.in_room))
    answer.stanzas.push_back(std::move(*reply));
}

void add_sendable(const Asked& asked, xmpp::Stanza reply, Answer& answer) {
  const xmpp::Stanza& stanza = asked.tree.stanza();
  const size_t max_stanza = asked.max_stanza;
  const size_t size = reply.xml.size();
  const bool puts_out = stanza.kind != xmpp::Kind::iq && reply.type == "error" &&
                        (asked.in_room || !xmpp::may_get_error(stanza));
  if (puts_out) {
    answer.warning =
        described(stanza) + " is an error, for which a room would put the recipient out: it is not sent";
    return;
  }
  if (size <= max_stanza) return answer.stanzas.push_back(std::move(reply));
  answer.unsent = "its reply is a stanza of " + std::to_string(size) +
                  " bytes, and the server takes at most " + std::to_string(max_stanza);
  answer.warning = described(stanza) + " is not sent: " + answer.unsent;
  if (!xmpp::may_be_refused(stanza)) return;
  add_failure(asked,
              {"cancel", "internal-server-error", "The endpoint's answer is larger than the server takes"},
              answer);
}

void add_reply(const Asked& asked, const mapping::Options& options, Answer& answer) {
  const xmpp::Stanza& stanza = asked.tree.stanza();
  const Outcome& outcome = asked.outcome;
  const bool iq = stanza.kind == xmpp::Kind::iq;
  const bool silent = outcome.status == 202 || outcome.status == 204 || trim(outcome.body).empty();
  if (silent) {
    if (iq) answer.stanzas.push_back(xmpp::result_reply(stanza));
    return;
  }
  auto decoded = read(stanza, outcome, options);
  if (!decoded) {
    answer.warning = described(stanza) + " " + decoded.error().text;
    if (iq && stanza_announced(outcome)) {
      add_failure(asked, {"cancel", "internal-server-error", "The endpoint's answer cannot be read"}, answer);
    } else if (iq) {
      answer.stanzas.push_back(xmpp::result_reply(stanza));
    }
    return;
  }
  answer.unmapped = std::move(decoded->unmapped);
  const xml::Element body = decoded->document.root();
  if (!body.is(xmpp::name_of(stanza.kind), xml::kContentNamespace)) {
    answer.warning = described(stanza) + " is of another kind: <" + std::string(body.name()) + "/>";
    if (iq) answer.stanzas.push_back(xmpp::result_reply(stanza));
  } else if (stanza.kind == xmpp::Kind::message && !body.first()) {
    answer.warning = described(stanza) + " is a message without content";
  } else {
    add_sendable(asked, addressed(stanza, body), answer);
  }
}

bool wants_receipt(const xmpp::StanzaTree& tree) {
  const xmpp::Stanza& stanza = tree.stanza();
  if (stanza.kind != xmpp::Kind::message || stanza.id.empty()) return false;
  if (stanza.type != "chat" && stanza.type != "normal" && !stanza.type.empty()) return false;
  if (stanza.xml.find(kReceipts) == std::string::npos) return false;  // spares most messages the parser
  const xml::Element root = tree.root();
  return root && root.child("request", kReceipts);
}

bool is_receipt_for(const xmpp::Stanza& reply, const std::string& id) {
  if (reply.xml.find(kReceipts) == std::string::npos) return false;
  const auto document = xml::parse(reply.xml);
  return document && document->root().child("received", kReceipts).attribute("id") == id;
}

xmpp::Stanza receipt_for(const xmpp::Stanza& message) {
  xml::Document receipt("message", xml::kContentNamespace);
  xml::Element root = receipt.root();
  root.set_attribute("from", message.to);
  root.set_attribute("to", message.from);
  root.set_attribute("id", random_id());
  if (!message.type.empty()) root.set_attribute("type", message.type);
  root.add("received", kReceipts).set_attribute("id", message.id);
  auto made = xmpp::to_stanza(root);
  return std::move(*made);
}

xmpp::StanzaError failure_of(const Outcome& outcome) {
  if (outcome.end == Outcome::End::answered) return status_error(outcome);
  if (outcome.end == Outcome::End::timeout)
    return {"wait", "remote-server-timeout", "The endpoint did not answer in time"};
  return {"wait", "recipient-unavailable", "The endpoint cannot be reached"};
}

}  // namespace

Answer answer_to(const xmpp::StanzaTree& tree, const Outcome& outcome, const mapping::Options& options,
                 size_t max_stanza, bool in_room) {
  const xmpp::Stanza& stanza = tree.stanza();
  // Whatever came back, answering an answer could go on for ever. No message or presence has the type result;
  // one that says so is not answered either, as by mod_rest.
  if (!xmpp::may_be_answered(stanza) || stanza.type == "result") return {};
  const Asked asked{tree, outcome, max_stanza, in_room};
  Answer answer;
  if (outcome.end != Outcome::End::answered || outcome.status / 100 != 2) {
    add_failure(asked, failure_of(outcome), answer);
    return answer;
  }
  add_reply(asked, options, answer);
  if (answer.unsent.empty() && wants_receipt(tree)) {
    const bool given = !answer.stanzas.empty() && is_receipt_for(answer.stanzas.front(), stanza.id);
    if (!given) answer.stanzas.push_back(receipt_for(stanza));
  }
  return answer;
}

}  // namespace restanza::webhook
