// SPDX-License-Identifier: MIT
#include "http_front/message/answer_text.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/str.h"

namespace restanza::host {
namespace {

struct Phrase {
  int code;
  std::string_view text;
};

constexpr Phrase kPhrases[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {425, "Too Early"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

std::string_view phrase(int code) {
  for (const auto& known : kPhrases) {
    if (known.code == code) return known.text;
  }
  return "Unassigned";
}

// These decide where a message ends: only the front, which writes the message, can know them.
bool belongs_to_front(std::string_view name) {
  constexpr std::array<std::string_view, 3> kOurs = {"Content-Length", "Transfer-Encoding", "Connection"};
  return std::any_of(kOurs.begin(), kOurs.end(),
                     [&](std::string_view ours) { return ascii_equal(ours, name); });
}

bool never_has_body(int code) {
  return code == 204 || code == 304;
}

std::string start(const AnswerForm& form, int code, const std::vector<Header>& headers) {
  std::string out = "HTTP/1.1 " + std::to_string(code) + ' ';
  out.append(phrase(code)).append("\r\n");
  for (const auto& [name, value] : headers) {
    if (!belongs_to_front(name)) out.append(name).append(": ").append(value).append("\r\n");
  }
  if (!form.keep_alive) {
    out += "Connection: close\r\n";
  } else if (form.http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  return out;
}

}  // namespace

bool valid_answer(int code, const std::vector<Header>& headers) {
  return code >= 200 && code <= 599 && std::all_of(headers.begin(), headers.end(), [](const Header& header) {
           return is_token(header.first) && is_field_value(header.second);
         });
}

std::string whole_answer(const AnswerForm& form, int code, const std::vector<Header>& headers,
                         std::string_view body) {
  std::string out = start(form, code, headers);
  if (!never_has_body(code)) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  out += "\r\n";
  if (!form.head && !never_has_body(code)) out += body;
  return out;
}

std::string plain_answer(const AnswerForm& form, const Refusal& refusal) {
  return whole_answer(form, refusal.code, {{"Content-Type", "text/plain; charset=utf-8"}},
                      refusal.reason + '\n');
}

bool stream_has_body(const AnswerForm& form, int code) {
  return !form.head && !never_has_body(code);
}

std::string stream_head(const AnswerForm& form, int code, const std::vector<Header>& headers) {
  std::string out = start(form, code, headers);
  if (!form.http_1_0 && !never_has_body(code)) out += "Transfer-Encoding: chunked\r\n";
  return out += "\r\n";
}

std::string stream_chunk(const AnswerForm& form, std::string_view chunk) {
  if (form.http_1_0) return std::string(chunk);
  std::array<char, 24> size{};
  const int digits = std::snprintf(size.data(), size.size(), "%zx\r\n", chunk.size());
  std::string out(size.data(), static_cast<size_t>(digits));
  return out.append(chunk).append("\r\n");
}

std::string stream_end(const AnswerForm& form) {
  return form.http_1_0 ? "" : "0\r\n\r\n";
}

}  // namespace restanza::host
