// SPDX-License-Identifier: MIT
#include "xml/gate.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>

#include "base/byte_set.h"
#include "base/str.h"
#include "base/text_place.h"
#include "xml/object_pool.h"
#include "xml/parser.h"

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

// What is wrong with the document, in words that say more than expat's where people are often wrong.
std::string mistake(XML_Error code, std::string_view bytes, size_t at) {
  switch (code) {
    case XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
      return bytes.substr(at, 1) == "<" ? "a second root element begins, and there may be one"
                                        : "text stands behind the root element";
    case XML_ERROR_NO_ELEMENTS:
    case XML_ERROR_UNCLOSED_TOKEN:
      return "the XML ends too early or a tag is not closed";
    case XML_ERROR_TAG_MISMATCH:
      return "an end tag does not fit the start tag before it";
    case XML_ERROR_UNDEFINED_ENTITY:
      return "an entity is none of those that XML has (lt, gt, amp, apos, quot)";
    case XML_ERROR_INVALID_TOKEN:
      return "the XML is not well-formed";
    default:
      return std::string("the XML is not well-formed: ") + XML_ErrorString(code);
  }
}

class Gate {
 public:
  Gate(Limits limits, size_t own)
      : builder_(limits), own_(own), parser_(make_parser(this, parser_pool().take())) {}
  ~Gate() {
    // What a large document made it grow to is not kept.
    if (used_ <= Document::kSmallBytes && XML_ParserReset(parser_.get(), "UTF-8"))
      parser_pool().give(std::move(parser_));
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void open(const char* name, const char* const* attributes) {
    if (!builder_.open(name, attributes)) refuse(builder_.refusal());
  }
  void close() { builder_.close(); }
  void text(const char* data, size_t size) { builder_.text(data, size); }
  void forbid(const char* what, Error::Kind = Error::Kind::restricted) {  // nobody decides by the kind
    refuse(std::string("XMPP does not allow ") + what);
  }
  void stop() { XML_StopParser(parser_.get(), XML_FALSE); }
  std::exception_ptr thrown;

  Result<Document> run(std::string_view bytes) {
    if (trim(bytes).empty()) return Error{"the XML is empty"};
    if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max())) return Error{"XML is too large"};
    if (looks_like_utf16(bytes)) return Error{"XMPP does not allow another encoding than UTF-8"};
    if (!parser_) throw std::bad_alloc();
    used_ = bytes.size();
    const XML_Status status = XML_Parse(parser_.get(), bytes.data(), static_cast<int>(bytes.size()), 1);
    if (thrown) std::rethrow_exception(thrown);
    if (status == XML_STATUS_OK) {
      Document done = builder_.take();
      if (used_ <= Document::kSmallBytes) done.keep_memory();
      return done;
    }
    const XML_Error code = XML_GetErrorCode(parser_.get());
    if (code == XML_ERROR_NO_MEMORY) throw std::bad_alloc();  // not its fault
    const size_t at = refusal_.empty() ? place() : refused_at_;
    return Error{(refusal_.empty() ? mistake(code, bytes, at) : refusal_) + ", at " +
                 place_in(bytes.substr(own_), at - std::min(at, own_))};
  }

 private:
  static ObjectPool<Parser>& parser_pool() {
    static ObjectPool<Parser> pool;
    return pool;
  }

  // Of the event that is told right now, or of the mistake.
  size_t place() const { return static_cast<size_t>(std::max<int64_t>(0, event_offset(parser_.get()))); }

  void refuse(std::string why) {
    refusal_ = std::move(why);
    refused_at_ = place();
    stop();
  }

  Builder builder_;
  const size_t own_;
  Parser parser_;
  size_t used_ = 0;
  std::string refusal_;
  size_t refused_at_ = 0;
};

}  // namespace

Result<Document> parse(std::string_view bytes, Limits limits, size_t own) {
  return Gate(limits, own).run(bytes);
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
