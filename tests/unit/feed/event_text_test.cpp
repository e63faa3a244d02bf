// SPDX-License-Identifier: MIT
// The text of Server-Sent Events.
#include "feed/event_text.h"

#include "support/catch.h"

using namespace restanza::feed;

namespace {

std::string event(std::string_view id, std::string_view name, std::string_view data) {
  std::string text;
  append_event(text, id, name, data);
  return text;
}

}  // namespace

TEST_CASE("an event has its id, its name and its data, and ends with an empty line") {
  CHECK(event("7", "missed", "{}") == "id: 7\nevent: missed\ndata: {}\n\n");
  CHECK(event("", "", "x") == "data: x\n\n");
  CHECK(event("7", "", "") == "id: 7\ndata: \n\n");
}

TEST_CASE("data of several lines stays one event, whatever ends its lines") {
  CHECK(event("", "", "a\nb") == "data: a\ndata: b\n\n");
  CHECK(event("", "", "a\r\nb\rc") == "data: a\ndata: b\ndata: c\n\n");
  CHECK(event("", "", "a\n") == "data: a\ndata: \n\n");
  CHECK(event("", "", "\n\nid: 9") == "data: \ndata: \ndata: id: 9\n\n");
}

TEST_CASE("events are put behind each other") {
  std::string text = "before";
  append_event(text, "1", "", "a");
  append_event(text, "2", "", "b");
  CHECK(text == "beforeid: 1\ndata: a\n\nid: 2\ndata: b\n\n");
}
