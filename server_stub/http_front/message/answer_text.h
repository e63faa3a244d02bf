// SPDX-License-Identifier: MIT
// Answers as bytes: the status line, the caller's headers, and those that only the front may write.
//
// Threads: pure functions, any thread. Ownership: results own their bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http_front/message/request_head.h"

namespace restanza::host {

// What the request decides about its answer.
struct AnswerForm {
  bool http_1_0 = false;
  bool head = false;  // the method was HEAD: no body follows
  bool keep_alive = true;

  static AnswerForm of(const RequestHead& request) {
    return {request.http_1_0, request.method == "HEAD", request.keep_alive};
  }
};

bool valid_answer(int code, const std::vector<Header>& headers);  // 200 to 599, tokens, no line breaks

std::string whole_answer(const AnswerForm& form, int code, const std::vector<Header>& headers,
                         std::string_view body);
std::string plain_answer(const AnswerForm& form, const Refusal& refusal);  // text/plain

std::string stream_head(const AnswerForm& form, int code, const std::vector<Header>& headers);
std::string stream_chunk(const AnswerForm& form, std::string_view chunk);
std::string stream_end(const AnswerForm& form);
bool stream_has_body(const AnswerForm& form, int code);

}  // namespace restanza::host
