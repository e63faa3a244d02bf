// SPDX-License-Identifier: MIT
#include "rest/sending/batch/answer_lines.h"

#include "mapping/codec.h"
#include "rest/answers/json_writer.h"

namespace restanza::rest {
namespace {

// With the end of the line, and closed as far as it is open.
std::string ended(JsonWriter& line) {
  line.close();
  return line.take() + '\n';
}

void begin_line(JsonWriter& line, uint64_t number, int status) {
  line.open_object();
  line.number("number", static_cast<int64_t>(number));
  line.number("status", status);
}

}  // namespace

std::string accepted_line(uint64_t number, const std::string& id, const std::vector<std::string>& unmapped) {
  JsonWriter line;
  begin_line(line, number, 202);
  line.text("id", id);
  if (!unmapped.empty()) line.texts("unmapped", unmapped);
  return ended(line);
}

std::string refused_line(uint64_t number, const Refusal& refusal, bool is_end) {
  JsonWriter line;
  begin_line(line, number, refusal.status);
  line.open_object("error");
  line.text("condition", refusal.condition);
  line.text("source", "restanza");
  line.text("text", refusal.text);
  line.text("type", refusal.type);
  line.close();
  if (is_end) line.boolean("ended", true);
  return ended(line);
}

std::string answered_line(uint64_t number, const std::string& id, const http::Response& answer) {
  JsonWriter line;
  begin_line(line, number, answer.status);
  line.text("id", id);
  const bool stanza = answer.status == 200;
  if (!answer.body.empty())
    line.raw(stanza ? "stanza" : "error", stanza ? answer.body : mapping::error_object(answer.body));
  return ended(line);
}

}  // namespace restanza::rest
