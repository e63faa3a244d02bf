// SPDX-License-Identifier: MIT
#include "feed/event_text.h"

namespace restanza::feed {
namespace {

void append_field(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append(": ").append(value).append("\n");
}

}  // namespace

void append_event(std::string& text, std::string_view id, std::string_view name, std::string_view data) {
  if (!id.empty()) append_field(text, "id", id);
  if (!name.empty()) append_field(text, "event", name);
  for (;;) {
    const size_t end = data.find_first_of("\r\n");
    append_field(text, "data", data.substr(0, end));
    if (end == std::string_view::npos) break;
    const bool pair = data[end] == '\r' && end + 1 < data.size() && data[end + 1] == '\n';
    data.remove_prefix(end + (pair ? 2 : 1));
  }
  text += '\n';
}

}  // namespace restanza::feed
