// SPDX-License-Identifier: MIT
#include "xml/gate.h"

#include <limits>
#include <new>

#include "base/byte_set.h"
#include "base/str.h"
#include "xml/parser.h"
#include "xml/spares.h"

namespace restanza::xml {
namespace {

// Of ASCII, what XML has a place for (XML 1.0 section 2.2).
constexpr ByteSet kAscii([](char c) {
  return (c >= 0x20 && static_cast<unsigned char>(c) < 0x80) || c == '\t' || c == '\n' || c == '\r';
});

// expat was told UTF-8, and still follows a byte order mark of UTF-16, or a NUL beside the first letter.
bool looks_like_utf16(std::string_view bytes) {
  if (bytes.size() < 2) return false;
  return bytes[0] == '\xFE' || bytes[0] == '\xFF' || bytes[0] == '\0' || bytes[1] == '\0';
}

class Gate {
 public:
  explicit Gate(Limits limits) : builder_(limits), parser_(make_parser(this, spares().take())) {}
  ~Gate() {
    // What a large document made it grow to is not kept.
    if (used_ <= Document::kSmallBytes && XML_ParserReset(parser_.get(), "UTF-8"))
      spares().give(std::move(parser_));
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void open(const char* name, const char* const* attributes) {
    if (!builder_.open(name, attributes)) refuse(builder_.refusal());
  }
  void close() { builder_.close(); }
  void text(const char* data, size_t size) { builder_.text(data, size); }
  void forbid(const char* what) { refuse(std::string("XMPP does not allow ") + what); }

  Result<Document> run(std::string_view bytes) {
    if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max())) return Error{"XML is too large"};
    if (looks_like_utf16(bytes)) return Error{"XMPP does not allow another encoding than UTF-8"};
    used_ = bytes.size();
    if (XML_Parse(parser_.get(), bytes.data(), static_cast<int>(bytes.size()), 1) == XML_STATUS_OK) {
      Document done = builder_.take();
      if (used_ <= Document::kSmallBytes) done.keep_memory();
      return done;
    }
    if (!refusal_.empty()) return Error{refusal_};
    if (XML_GetErrorCode(parser_.get()) == XML_ERROR_NO_MEMORY) throw std::bad_alloc();  // not its fault
    return Error{std::string(XML_ErrorString(XML_GetErrorCode(parser_.get()))) + " at byte " +
                 std::to_string(event_offset(parser_.get()))};
  }

 private:
  static Spares<Parser>& spares() {
    static Spares<Parser> kept;
    return kept;
  }

  void refuse(std::string why) {
    refusal_ = std::move(why);
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  Builder builder_;
  Parser parser_;
  size_t used_ = 0;
  std::string refusal_;
};

}  // namespace

Result<Document> parse(std::string_view bytes, Limits limits) {
  return Gate(limits).run(bytes);
}

bool representable(std::string_view text) {
  if (kAscii.hold(text)) return true;
  if (!valid_utf8(text)) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') return false;
    if (byte == 0xEF && (text.substr(i, 3) == "\xEF\xBF\xBE" || text.substr(i, 3) == "\xEF\xBF\xBF"))
      return false;
  }
  return true;
}

}  // namespace restanza::xml
