// SPDX-License-Identifier: MIT
// A stanza as the steps that build it, so that Prosody's only thread makes its tables of it without reading
// XML. Names are those that Prosody's own reader gives (util.xmppstream): an element outside of jabber:client
// and all inside it have their namespace in `xmlns`, a prefixed attribute is "namespace\1name". A plain
// value: made on the thread that sends, read on Prosody's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace restanza::host {

class FlatStanza {
 public:
  enum class Kind : uint8_t { open, attribute, text, close };
  struct Step {
    Kind kind;
    uint32_t at, name, value;  // where its bytes begin, and how many are the name's and the value's
  };

  void add(Kind kind, std::string_view name, std::string_view value);

  const std::vector<Step>& steps() const { return steps_; }
  // Of an element and of an attribute; valid as long as the stanza is not moved.
  std::string_view name(const Step& step) const { return view(step.at, step.name); }
  std::string_view value(const Step& step) const {  // of an attribute and of text
    return view(step.at + step.name, step.value);
  }
  size_t bytes() const { return bytes_.size() + steps_.size() * sizeof(Step); }  // what it takes of memory

 private:
  std::string_view view(uint32_t at, uint32_t size) const {
    return std::string_view(bytes_).substr(at, size);
  }

  std::string bytes_;
  std::vector<Step> steps_;
};

// Absent: the text is not one element.
std::optional<FlatStanza> flatten(std::string_view xml);

}  // namespace restanza::host
