// SPDX-License-Identifier: MIT
// Stanzas into JSON, by the table. What is read of an element counts as mapped; what was not read when its
// Visit ends is left out of the JSON, and is named as unmapped.
//
// One thread; Reading and Visit borrow the stanza. Internal to this folder.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "mapping/codec.h"
#include "mapping/json/json.h"
#include "mapping/table.h"

namespace restanza::mapping {

class Visit;

class Reading {
 public:
  Reading(xml::Element stanza, bool raw_xml) : stanza_(stanza), raw_xml_(raw_xml) {}

  Json stanza();                       // the whole; throws where any Visit could not end
  Json message(xml::Element message);  // one that is forwarded inside
  Json object(xml::Element element, Rows rows);
  void lose(xml::Element element, std::string_view part = {});  // "", "@attribute" or "#text"
  void fail(std::exception_ptr failure) noexcept { failure_ = std::move(failure); }

  std::vector<std::string> take_unmapped() { return std::move(unmapped_); }

 private:
  std::optional<Json> row(const Row& row, Visit& visit);
  std::optional<Json> scalar(Scalar type, std::optional<std::string> text, xml::Element from,
                             std::string_view part);
  std::optional<Json> irregular(const Field& field, Visit& visit, bool error);
  void fields(Visit& visit, Kinds kind, bool error, bool nested, Json& out);
  std::string raw() const;

  const xml::Element stanza_;
  const bool raw_xml_;
  std::vector<std::string> unmapped_;
  std::unordered_set<const void*> lossy_;  // children of the stanza that lost something
  std::exception_ptr failure_;             // of a Visit's end; `stanza` throws it
};

class Visit {
 public:
  Visit(xml::Element element, Reading& reading) : element_(element), reading_(reading) {}
  ~Visit();
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  xml::Element element() const { return element_; }
  std::optional<std::string> attribute(const char* name);
  std::string text();

  // `ns` null: the element's own. The child, of several the first, and all.
  xml::Element child(const char* name, const char* ns = nullptr);
  std::vector<xml::Element> children(const char* name, const char* ns = nullptr);
  xml::Element last(const char* name, const char* ns) const;  // not yet claimed
  void claim(xml::Element child) { claimed_.insert(child.node()); }
  std::optional<std::string> child_text(const char* name, const char* ns = nullptr);

 private:
  void lose_unread();
  std::string_view around(const char* ns) const { return ns ? ns : element_.ns(); }

  const xml::Element element_;
  Reading& reading_;
  std::unordered_set<const void*> claimed_;
  std::vector<std::string> attributes_;
  bool text_ = false;
};

// Sets the key where there is a value.
inline void put(Json& object, const char* key, std::optional<std::string> value) {
  if (value) object[key] = std::move(*value);
}
inline void put(Json& object, const char* key, std::optional<Json> value) {
  if (!value) return;
  const EmptyAtEnd emptied(*value);
  set(object, key, std::move(*value));
}

}  // namespace restanza::mapping
