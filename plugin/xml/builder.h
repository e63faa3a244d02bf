// SPDX-License-Identifier: MIT
// Builds trees from expat's events; what the gate and the stream reader share. expat is strict where
// tinyxml2's own parser is lenient, and keeps the white space that the other drops; so the tree is filled
// from here only. One thread. Internal to this folder.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "xml/element.h"

namespace restanza::xml {

struct Limits {
  size_t depth = 100;       // of nested elements, the root being 1
  size_t attributes = 100;  // of one element, namespace declarations not counted
  // Bytes of namespaces in the whole tree, which keeps one wherever a prefix stood for it: a short document
  // could make a long one of a prefix.
  size_t namespaces = 1 << 20;
};

class Builder {
 public:
  explicit Builder(Limits limits) : limits_(limits) {}

  // Unprefixed names in `ns` count as content of a stanza, like those in no namespace.
  void set_stream_namespace(std::string ns) { stream_ns_ = std::move(ns); }

  // The events, with expat's triplets "namespace|local|prefix" separated by kSeparator. False: past a limit,
  // said by `refusal`.
  bool open(const char* name, const char* const* attributes);
  bool close();  // false: nothing is open
  void text(const char* data, size_t size) { text_.append(data, size); }

  size_t depth() const { return depth_; }
  const char* refusal() const { return refusal_; }
  Error::Kind refusal_kind() const { return refusal_kind_; }
  Document take();  // the finished tree; the builder begins anew

  static constexpr char kSeparator = '\n';  // cannot stand in a name or, once normalized, in a namespace

 private:
  void flush_text();
  std::string_view content(std::string_view ns) const;
  bool set_attributes(Element element, const char* const* attributes);
  bool has_room(std::string_view ns);

  const Limits limits_;
  std::string stream_ns_;
  Document document_;
  Element current_;
  size_t depth_ = 0;
  size_t namespaces_ = 0;
  std::string text_;
  const char* refusal_ = "";
  Error::Kind refusal_kind_ = Error::Kind::limit;  // of most refusals
};

}  // namespace restanza::xml
