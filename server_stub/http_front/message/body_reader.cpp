// SPDX-License-Identifier: MIT
// RFC 9112 section 7.1, without the liberties that let two readers disagree about where a body ends.
#include "http_front/message/body_reader.h"

#include <algorithm>
#include <utility>

#include "http_front/message/request_head.h"

namespace restanza::host {
namespace {

constexpr size_t kMaxSizeDigits = 15;  // more could overflow 64 bits

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

BodyReader::BodyReader(std::optional<uint64_t> length, uint64_t limit)
    : part_(length ? Part::plain : Part::size_line), limit_(limit), left_(length.value_or(0)) {}

BodyReader::State BodyReader::read(std::string& in) {
  if (part_ == Part::done) return State::complete;
  size_t used = 0;
  State state = State::more;
  if (part_ == Part::plain) {
    if (left_ > limit_) return State::too_large;
    used = static_cast<size_t>(std::min<uint64_t>(left_, in.size()));
    body_.append(in, 0, used);
    left_ -= used;
    limit_ -= used;
    state = left_ == 0 ? State::complete : State::more;
  } else {
    state = read_chunked(in, used);
  }
  if (state == State::complete) part_ = Part::done;
  in.erase(0, used);
  return state;
}

std::string BodyReader::take_piece() {
  if (part_ != Part::plain && part_ != Part::done) limit_ -= body_.size();
  return std::exchange(body_, {});
}

bool BodyReader::read_size(std::string_view line) {
  size_t digits = 0;
  left_ = 0;
  for (; digits < line.size() && hex_value(line[digits]) >= 0; ++digits) {
    left_ = left_ * 16 + static_cast<uint64_t>(hex_value(line[digits]));
    if (digits >= kMaxSizeDigits) return false;
  }
  const std::string_view extensions = line.substr(digits);
  return digits > 0 && (extensions.empty() || extensions[0] == ';') && is_field_value(extensions);
}

BodyReader::State BodyReader::read_chunked(std::string_view in, size_t& used) {
  for (;;) {
    const std::string_view rest = in.substr(used);
    if (part_ == Part::data) {
      const auto taken = static_cast<size_t>(std::min<uint64_t>(left_, rest.size()));
      body_.append(rest, 0, taken);
      used += taken;
      left_ -= taken;
      if (left_ > 0) return State::more;
      part_ = Part::data_end;
      continue;
    }
    const size_t end = rest.find('\n');
    const size_t length = std::min(end, rest.size());
    if (part_ == Part::data_end && length > 1) return State::malformed;
    if (part_ == Part::size_line && length > kMaxChunkLine) return State::malformed;
    if (part_ == Part::trailer && trailer_ + length > kMaxTrailer) return State::malformed;
    if (end == std::string_view::npos) return State::more;
    if (end == 0 || rest[end - 1] != '\r') return State::malformed;
    const std::string_view line = rest.substr(0, end - 1);
    used += end + 1;
    if (part_ == Part::data_end) {
      if (!line.empty()) return State::malformed;
      part_ = Part::size_line;
    } else if (part_ == Part::size_line) {
      if (!read_size(line)) return State::malformed;
      if (left_ > limit_ - body_.size()) return State::too_large;
      part_ = left_ == 0 ? Part::trailer : Part::data;
    } else {
      if (line.empty()) return State::complete;
      trailer_ += end + 1;
      if (!is_field_value(line)) return State::malformed;
    }
  }
}

}  // namespace restanza::host
