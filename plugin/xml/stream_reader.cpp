// SPDX-License-Identifier: MIT
#include "xml/stream_reader.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/str.h"
#include "xml/parser.h"

namespace restanza::xml {

class StreamReader::Impl {
 public:
  Impl(StreamLimits limits, Handlers handlers) : limits_(limits), handlers_(std::move(handlers)) { renew(); }

  void restart() { restart_ = true; }

  Result<void> feed(std::string_view bytes) {
    if (refusal_) return *refusal_;
    while (!bytes.empty()) {
      // Small steps bound what an unfinished element can hold before its size is looked at.
      const std::string_view step = bytes.substr(0, kStep);
      bytes.remove_prefix(step.size());
      if (auto fed = feed_step(step); !fed) return fed;
    }
    return {};
  }

  void open(const char* name, const char* const* attributes) {
    if (restart_ || refusal_) return;
    if (!rooted_) {
      open_root(name, attributes);
      return;
    }
    if (depth_ == 0) element_start_ = event_offset(parser_.get());
    ++depth_;
    if (skipping_ || builder_->open(name, attributes)) return;
    if (!handlers_.skipped) return refuse(builder_->refusal(), builder_->refusal_kind());
    skipping_ = builder_->refusal();
    renew_builder();
  }

  void close() {
    if (restart_ || refusal_) return;
    if (depth_ == 0) {
      if (handlers_.closed) handlers_.closed();
      return;
    }
    if (!skipping_) builder_->close();
    if (--depth_ > 0) return;
    if (position() - element_start_ > static_cast<int64_t>(limits_.element_bytes)) {
      refuse_size();
      return;
    }
    if (const char* why = std::exchange(skipping_, nullptr)) {
      handlers_.skipped(why);
    } else if (handlers_.element) {
      handlers_.element(builder_->take());
    }
    if (restart_) stop();
  }

  void text(const char* data, size_t size) {
    if (restart_ || refusal_) return;
    if (depth_ > 0) {
      if (!skipping_) builder_->text(data, size);
    } else if (!trim({data, size}).empty()) {
      refuse("text stands between the elements of the stream", Error::Kind::misplaced);
    }
  }

  void declare(const char* prefix, const char* ns) {
    if (!rooted_ && !prefix) default_ns_ = ns ? ns : "";
  }

  void forbid(const char* what, Error::Kind kind = Error::Kind::restricted) {
    refuse(std::string("XMPP does not allow ") + what, kind);
  }

  void stop() { XML_StopParser(parser_.get(), XML_FALSE); }
  std::exception_ptr thrown;

 private:
  static constexpr size_t kStep = 16384;

  int64_t position() const { return event_offset(parser_.get()) + event_size(parser_.get()); }

  void renew_builder() {
    builder_ = std::make_unique<Builder>(limits_.tree);
    builder_->set_stream_namespace(default_ns_);
  }

  void renew() {
    default_ns_.clear();
    renew_builder();
    parser_ = make_parser(this);
    XML_SetStartNamespaceDeclHandler(parser_.get(), [](void* self, const char* prefix, const char* ns) {
      tell<Impl>(self, [&](Impl& own) { own.declare(prefix, ns); });
    });
    // A stanza that came in two pieces must not wait for a third; the limits bound what parsing anew can
    // cost.
    do_not_defer(parser_.get());
    rooted_ = false;
    depth_ = 0;
    skipping_ = nullptr;
    restart_ = false;
    fed_ = 0;
    element_start_ = 0;
  }

  void refuse_size() {
    refuse("an element is larger than the limit of " + std::to_string(limits_.element_bytes) + " bytes",
           Error::Kind::limit);
  }

  void open_root(const char* name, const char* const* attributes) {
    if (position() > static_cast<int64_t>(limits_.element_bytes)) return refuse_size();
    Builder header({1, limits_.tree.attributes});
    if (!header.open(name, attributes)) {
      refuse(header.refusal(), header.refusal_kind());
      return;
    }
    header.close();
    rooted_ = true;
    builder_->set_stream_namespace(default_ns_);
    if (handlers_.opened) handlers_.opened(header.take(), default_ns_);
  }

  Result<void> feed_step(std::string_view step) {
    if (restart_) renew();
    // White space may stand before a stream (a keepalive), but not before its XML declaration.
    if (fed_ == 0) step.remove_prefix(std::min(step.size(), step.find_first_not_of(" \t\r\n")));
    if (step.empty()) return {};
    if (leaves_utf8(step)) {
      forbid("another encoding than UTF-8", Error::Kind::encoding);
      return *refusal_;
    }
    const XML_Status status = XML_Parse(parser_.get(), step.data(), static_cast<int>(step.size()), 0);
    if (thrown) std::rethrow_exception(std::exchange(thrown, nullptr));
    if (refusal_) return *refusal_;
    if (restart_) {
      // What follows the element that caused the restart belongs to the new stream.
      const auto used =
          static_cast<size_t>(std::clamp<int64_t>(position() - fed_, 0, static_cast<int64_t>(step.size())));
      renew();
      return feed_step(step.substr(used));
    }
    fed_ += static_cast<int64_t>(step.size());
    if (status != XML_STATUS_OK) {
      refuse(XML_ErrorString(XML_GetErrorCode(parser_.get())), Error::Kind::general);
      return *refusal_;
    }
    if (fed_ - last_boundary() > static_cast<int64_t>(limits_.element_bytes)) {
      refuse_size();
      return *refusal_;
    }
    return {};
  }

  // expat was told UTF-8, and still follows a byte order mark of UTF-16, or a NUL beside the first letter,
  // where both bytes come at once.
  bool leaves_utf8(std::string_view step) const {
    const auto first = static_cast<size_t>(fed_);
    const std::string_view two = first < 2 ? step.substr(0, 2 - first) : std::string_view();
    const bool marked = first == 0 && (two[0] == '\xFE' || two[0] == '\xFF');
    return marked || two.find('\0') != std::string_view::npos;
  }

  // Where what is not finished yet began: an open element, a tag that lacks its end, or the header.
  int64_t last_boundary() const {
    return rooted_ && depth_ == 0 ? std::max(element_start_, position()) : element_start_;
  }

  void refuse(std::string why, Error::Kind kind) {
    if (!refusal_) refusal_ = Error{std::move(why), kind};
    stop();
  }

  const StreamLimits limits_;
  const Handlers handlers_;
  std::unique_ptr<Builder> builder_;
  Parser parser_;
  std::string default_ns_;
  bool rooted_ = false;
  size_t depth_ = 0;                // of open elements below the root
  const char* skipping_ = nullptr;  // why the open element is left out; null where it is not
  bool restart_ = false;
  int64_t fed_ = 0;            // bytes that the parser has been given
  int64_t element_start_ = 0;  // where the element that is being read began
  std::optional<Error> refusal_;
};

StreamReader::StreamReader(StreamLimits limits, Handlers handlers)
    : impl_(std::make_unique<Impl>(limits, std::move(handlers))) {}
StreamReader::~StreamReader() = default;
Result<void> StreamReader::feed(std::string_view bytes) {
  return impl_->feed(bytes);
}
void StreamReader::restart() {
  impl_->restart();
}

}  // namespace restanza::xml
