// SPDX-License-Identifier: MIT
#include "rest/sending/batch/splitter.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "rest/sending/batch/line_splitter.h"
#include "xml/stream_reader.h"

namespace restanza::rest {
namespace {

// What lines and elements have in common.
class CountingSplitter : public BatchSplitter {
 public:
  CountingSplitter(const Caller& caller, const mapping::Options& options)
      : caller_(caller), options_(options) {}
  const std::optional<Refusal>& broken() const override { return broken_; }
  uint64_t count() const override { return count_; }

 protected:
  BatchItem numbered(Result<Posted, Refusal> posted) { return {++count_, std::move(posted)}; }

  const Caller caller_;
  const mapping::Options options_;
  std::optional<Refusal> broken_;

 private:
  uint64_t count_ = 0;
};

class JsonLines final : public CountingSplitter {
 public:
  JsonLines(size_t limit, const Caller& caller, const mapping::Options& options)
      : CountingSplitter(caller, options), lines_(limit) {
    line_.method = "POST";
    line_.headers = {{"Content-Type", mapping::media_type(mapping::Format::json)}};
  }

  void append(std::string bytes) override { lines_.append(std::move(bytes)); }
  void end() override { lines_.end(); }
  std::optional<BatchItem> next() override {
    const auto line = lines_.next();
    if (!line) return std::nullopt;
    if (line->too_long) return numbered(refused::too_large());
    line_.body.assign(line->text);
    return numbered(read_tree(line_, {}, caller_, options_));
  }

 private:
  LineSplitter lines_;
  http::Request line_;  // as if each line were a request of its own
};

class Elements final : public CountingSplitter {
 public:
  Elements(size_t limit, const Caller& caller, const mapping::Options& options)
      : CountingSplitter(caller, options), reader_({{}, limit}, handlers()) {}

  void append(std::string bytes) override {
    if (fed_ == bytes_.size()) {
      bytes_ = std::move(bytes);
    } else {
      bytes_.erase(0, fed_);
      bytes_ += bytes;
    }
    fed_ = 0;
  }
  void end() override { ended_ = true; }
  std::optional<BatchItem> next() override {
    while (elements_.empty() && !broken_ && fed_ < bytes_.size()) feed();
    if (!elements_.empty()) {
      auto posted = std::move(elements_.front());
      elements_.pop_front();
      return numbered(std::move(posted));
    }
    if (ended_ && !closed_ && !broken_) broken_ = refused::unparseable("the batch ends before its </xmpp>");
    return std::nullopt;
  }

 private:
  static constexpr size_t kStep = 4096;  // bytes whose elements are kept as trees

  xml::StreamReader::Handlers handlers() {
    xml::StreamReader::Handlers heard;
    heard.opened = [this](const xml::Document& header, const std::string& ns) { open(header, ns); };
    heard.element = [this](xml::Document element) {
      if (!broken_) elements_.push_back(read(std::move(element)));
    };
    heard.closed = [this] { closed_ = true; };
    heard.skipped = [this](const char* why) {
      if (!broken_) elements_.emplace_back(refused::unparseable(why));
    };
    return heard;
  }
  void open(const xml::Document& header, const std::string& ns) {
    const std::string wanted = std::string("<xmpp xmlns='") + kBatchNamespace + "'> with stanzas in it";
    if (header.root().name() != std::string_view("xmpp")) {
      broken_ = refused::media_type(kBatchXmlType, mapping::media_type(mapping::Format::xml) +
                                                       std::string(" for one stanza, and here ") + wanted);
    } else if (ns != kBatchNamespace) {
      broken_ = Refusal{422, "modify", "invalid-namespace", "A batch is " + wanted};
    }
  }
  Result<Posted, Refusal> read(xml::Document element) const {
    const auto kind = kind_of(element.root());
    if (!kind) return kind.error();
    auto addressed = address(xmpp::attributes_of(element.root()), caller_);
    if (!addressed) return addressed.error();
    return Posted{*kind, std::move(*addressed), std::nullopt, {std::move(element)}};
  }
  void feed() {
    const auto step = std::string_view(bytes_).substr(fed_, kStep);
    fed_ += step.size();
    const auto fed = reader_.feed(step);
    if (fed || broken_) return;
    broken_ = fed.error().kind == Error::Kind::limit ? refused::too_large()
                                                     : refused::unparseable(fed.error().text);
  }

  std::string bytes_;
  size_t fed_ = 0;
  bool ended_ = false;
  bool closed_ = false;
  std::deque<Result<Posted, Refusal>> elements_;  // that were read and not taken
  xml::StreamReader reader_;
};

}  // namespace

std::unique_ptr<BatchSplitter> make_splitter(BatchForm form, size_t limit, const Caller& caller,
                                             const mapping::Options& options) {
  if (form == BatchForm::lines) return std::make_unique<JsonLines>(limit, caller, options);
  return std::make_unique<Elements>(limit, caller, options);
}

}  // namespace restanza::rest
