// SPDX-License-Identifier: MIT
#include "base/str.h"
#include "mapping/data_form.h"
#include "mapping/irregular.h"

namespace restanza::mapping {
namespace {

constexpr const char* kCommandNs = "http://jabber.org/protocol/commands";
constexpr const char* kAttributes[] = {"action", "node", "sessionid", "status"};
constexpr const char* kActions[] = {"prev", "next", "complete"};

std::optional<Json> read_command(xml::Element element, Reading& reading) {
  Json out = Json::object();
  const EmptyOnThrow emptied(out);
  Visit command(element, reading);
  for (const char* key : kAttributes) put(out, key, command.attribute(key));
  if (const xml::Element child = command.child("actions")) {
    Visit actions(child, reading);
    Json& found = out["actions"] = Json::object();
    put(found, "execute", actions.attribute("execute"));
    for (const char* key : kActions) {
      const xml::Element action = actions.child(key);
      if (!action) continue;
      const Visit visited(action, reading);
      found[key] = true;
    }
  }
  if (const xml::Element child = command.child("note")) {
    Visit note(child, reading);
    Json& found = out["note"] = Json::object();
    put(found, "type", note.attribute("type"));
    found["text"] = note.text();
  }
  if (const xml::Element form = command.child("x", kFormNs)) set(out, "form", read_data_form(form, reading));
  return out;
}

void write_actions(const Json& actions, xml::Element command, Writing& writing) {
  if (!writing.is_object(actions)) return;
  xml::Element element = command.add("actions", kCommandNs);
  writing.attribute(actions, "execute", element);
  for (const char* key : kActions) {
    const Json* action = writing.member(actions, key);
    if (!action) continue;
    const Writing::At at(writing, key);
    if (writing.scalar(Scalar::boolean, *action) == "1") element.add(key, kCommandNs);
  }
  writing.only(actions, {"execute", "prev", "next", "complete"});
}

void write_note(const Json& note, xml::Element command, Writing& writing) {
  if (!writing.is_object(note)) return;
  xml::Element element = command.add("note", kCommandNs);
  writing.attribute(note, "type", element);
  if (const Json* text = writing.member(note, "text")) {
    const Writing::At at(writing, "text");
    if (const auto written = writing.string(*text)) writing.set_text(element, *written);
  }
  writing.only(note, {"type", "text"});
}

void write_command(const Json& value, xml::Element stanza, Writing& writing) {
  if (!value.is_string() && !value.is_object()) return writing.fail("must be a node's name or an object");
  xml::Element command = stanza.add("command", kCommandNs);
  if (value.is_string()) {
    if (const auto node = writing.string(value)) command.set_attribute("node", *node);
    return;
  }
  for (const char* key : kAttributes) writing.attribute(value, key, command);
  const auto part = [&](const char* key, auto write_part) {
    const Json* found = writing.member(value, key);
    if (!found) return false;
    const Writing::At at(writing, key);
    write_part(*found, command, writing);
    return true;
  };
  part("actions", write_actions);
  part("note", write_note);
  // A command holds one form: the full one goes before the short one.
  if (!part("form", write_data_form)) part("data", write_form_data);
  writing.only(value, {"action", "node", "sessionid", "status", "actions", "note", "form", "data"});
}

}  // namespace

const Irregular kCommand = {Irregular::object, read_command, write_command};

}  // namespace restanza::mapping
