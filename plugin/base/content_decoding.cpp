// SPDX-License-Identifier: MIT
#include "base/content_decoding.h"

#include <brotli/decode.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>

#include "base/str.h"

namespace restanza {
namespace {

struct CodingName {
  ContentCoding coding;
  std::string_view text;
};

constexpr std::array<CodingName, 4> kCodingNames = {{{ContentCoding::identity, "identity"},
                                                     {ContentCoding::gzip, "gzip"},
                                                     {ContentCoding::deflate, "deflate"},
                                                     {ContentCoding::br, "br"}}};

constexpr size_t kStepBytes = 16 * 1024;  // decoded at once
// What zlib calls windowBits: the largest window, and 16 more for the gzip format.
constexpr int kZlibFormat = 15;
constexpr int kGzipFormat = 15 + 16;
// The largest code tables of brotli are somewhat over 1 MiB; its ring buffer comes on top of them.
constexpr uint64_t kBrotliTableBytes = 2 * 1024 * 1024;

// The decoded bytes. Its memory doubles like that of a string, but never goes past the limit.
class Output {
 public:
  Output(uint64_t limit, std::string& bytes) : limit_(limit), bytes_(bytes) { bytes_.clear(); }

  bool add(const void* data, size_t size) {  // false: more than the limit
    if (size > limit_ - bytes_.size()) return false;
    if (bytes_.size() + size > bytes_.capacity()) grow(bytes_.size() + size);
    bytes_.append(static_cast<const char*>(data), size);
    return true;
  }

 private:
  void grow(size_t needed) {  // by itself a string would double once more
    std::string larger;
    larger.reserve(std::max<uint64_t>(needed, std::min<uint64_t>(limit_, 2 * bytes_.capacity())));
    larger.append(bytes_);
    bytes_.swap(larger);
  }

  const uint64_t limit_;
  std::string& bytes_;
};

struct InflateEnd {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

// zlib checks the checksum, and gzip's length, before it says that the stream has ended.
Decoding inflate_all(int format, std::string_view encoded, Output& output) {
  z_stream stream{};
  if (inflateInit2(&stream, format) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, InflateEnd> ended(&stream);
  std::array<Bytef, kStepBytes> out;
  for (;;) {
    if (stream.avail_in == 0) {
      const size_t size = std::min<size_t>(encoded.size(), std::numeric_limits<uInt>::max());
      stream.next_in =
          reinterpret_cast<Bytef*>(const_cast<char*>(encoded.data()));  // zlib does not write there
      stream.avail_in = static_cast<uInt>(size);
      encoded.remove_prefix(size);
    }
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result != Z_OK && result != Z_STREAM_END) return Decoding::broken;  // Z_BUF_ERROR: it is cut off
    if (!output.add(out.data(), out.size() - stream.avail_out)) return Decoding::too_large;
    if (result == Z_STREAM_END)
      return stream.avail_in == 0 && encoded.empty() ? Decoding::whole : Decoding::broken;
  }
}

// Brotli's decoder fills a ring buffer before it hands anything out. The buffer holds at most twice what the
// stream has announced, up to 16 MiB. A stream that announces more than the limit does not get that memory.
struct BrotliMemory {
  const uint64_t max_bytes;
  bool refused = false;

  static void* take(void* self, size_t size) {
    auto& memory = *static_cast<BrotliMemory*>(self);
    memory.refused = memory.refused || size > memory.max_bytes;
    return memory.refused ? nullptr : std::malloc(size);
  }
  static void give_back(void*, void* memory) { std::free(memory); }
};

uint64_t brotli_memory(uint64_t limit) {
  const uint64_t most = (std::numeric_limits<uint64_t>::max() - kBrotliTableBytes) / 2;
  return 2 * std::min(limit, most) + kBrotliTableBytes;
}

bool lacks_memory(BrotliDecoderErrorCode error) {
  return error <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
         error >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
}

Decoding decode_brotli(std::string_view encoded, uint64_t limit, Output& output) {
  BrotliMemory memory{brotli_memory(limit)};
  const std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> state(
      BrotliDecoderCreateInstance(&BrotliMemory::take, &BrotliMemory::give_back, &memory),
      &BrotliDecoderDestroyInstance);
  if (!state) throw std::bad_alloc();
  size_t left = encoded.size();
  auto in = reinterpret_cast<const uint8_t*>(encoded.data());
  std::array<uint8_t, kStepBytes> out;
  for (;;) {
    size_t room = out.size();
    uint8_t* to = out.data();
    const auto result = BrotliDecoderDecompressStream(state.get(), &left, &in, &room, &to, nullptr);
    if (memory.refused) return Decoding::too_large;
    if (result == BROTLI_DECODER_RESULT_ERROR && lacks_memory(BrotliDecoderGetErrorCode(state.get())))
      throw std::bad_alloc();
    if (result == BROTLI_DECODER_RESULT_ERROR) return Decoding::broken;
    if (!output.add(out.data(), out.size() - room)) return Decoding::too_large;
    if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) return Decoding::broken;  // it is cut off
    if (result == BROTLI_DECODER_RESULT_SUCCESS) return left == 0 ? Decoding::whole : Decoding::broken;
  }
}

}  // namespace

ContentCoding coding_named(std::string_view name) {
  for (const CodingName& known : kCodingNames) {
    if (ascii_equal(known.text, name)) return known.coding;
  }
  return ContentCoding::unknown;
}

std::string_view name_of(ContentCoding coding) {
  for (const CodingName& known : kCodingNames) {
    if (known.coding == coding) return known.text;
  }
  return {};
}

Decoding decode_content(ContentCoding coding, std::string_view encoded, uint64_t limit,
                        std::string& decoded) {
  Output output(limit, decoded);
  switch (coding) {
    case ContentCoding::gzip:
      return inflate_all(kGzipFormat, encoded, output);
    case ContentCoding::deflate:
      return inflate_all(kZlibFormat, encoded, output);
    case ContentCoding::br:
      return decode_brotli(encoded, limit, output);
    case ContentCoding::identity:
      return output.add(encoded.data(), encoded.size()) ? Decoding::whole : Decoding::too_large;
    case ContentCoding::unknown:
      break;
  }
  return Decoding::broken;
}

}  // namespace restanza
