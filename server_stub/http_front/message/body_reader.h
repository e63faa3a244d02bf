// SPDX-License-Identifier: MIT
// Collects one request's body as it arrives, by Content-Length or in chunks, up to a limit on the bytes that
// were really received. Chunk sizes are read strictly and their extensions dropped, so what is kept never
// exceeds the limit.
//
// Threads: the loop's only. Ownership: keeps the body until it is taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace restanza::host {

class BodyReader {
 public:
  enum class State { more, complete, too_large, malformed };

  BodyReader() = default;  // of a request without a body
  // `length` is absent for a chunked body.
  BodyReader(std::optional<uint64_t> length, uint64_t limit);

  // Takes from the front of `in` what belongs to the body, and leaves what follows it.
  State read(std::string& in);
  size_t size() const { return body_.size(); }
  std::string take() { return std::move(body_); }
  std::string take_piece();  // what has come since the last one, of a body that goes on

  static constexpr size_t kMaxChunkLine = 256;     // bytes of a chunk's size and extensions
  static constexpr size_t kMaxTrailer = 8 * 1024;  // bytes of the fields after the last chunk

 private:
  enum class Part { plain, size_line, data, data_end, trailer, done };

  State read_chunked(std::string_view in, size_t& used);
  bool read_size(std::string_view line);

  Part part_ = Part::done;
  uint64_t limit_ = 0;
  uint64_t left_ = 0;  // of the body, or of the chunk
  size_t trailer_ = 0;
  std::string body_;
};

}  // namespace restanza::host
