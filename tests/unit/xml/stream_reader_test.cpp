// SPDX-License-Identifier: MIT
#include "xml/stream_reader.h"

#include <memory>
#include <new>
#include <string>

#include "support/catch.h"
#include "xml/writer.h"

using namespace restanza;

namespace {

constexpr const char* kHeader =
    "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
    "xmlns:stream='http://etherx.jabber.org/streams' id='s1' from='rest.localhost'>";

// Writes down what a reader says, one word after another.
struct Recorder {
  explicit Recorder(xml::StreamLimits limits = {}) {
    xml::StreamReader::Handlers handlers;
    handlers.opened = [this](const xml::Document& header, const std::string& ns) {
      seen += "open(" + std::string(header.root().attribute("id").value_or("")) + "," + ns + ")";
    };
    handlers.element = [this](xml::Document element) {
      seen += xml::write(element.root());
      if (element.root().name() == "success") reader->restart();
    };
    handlers.closed = [this] { seen += "closed"; };
    reader = std::make_unique<xml::StreamReader>(limits, handlers);
  }
  bool feed(std::string_view bytes) {
    const auto fed = reader->feed(bytes);
    if (!fed) seen += "error: " + fed.error().text;
    return fed.ok();
  }
  std::string seen;
  std::unique_ptr<xml::StreamReader> reader;
};

std::string message_of(size_t bytes) {
  const std::string frame = "<message></message>";
  return "<message>" + std::string(bytes - frame.size(), 'x') + "</message>";
}

}  // namespace

TEST_CASE("a stream is cut into its elements, in the content namespace, whatever the pieces it comes in") {
  const std::string stream =
      std::string(kHeader) +
      "<handshake/> \n<message to='a'><body>&#x1F600; \"</body></message><stream:error/>"
      "<iq k='x&#10;y'/></stream:stream>";
  const std::string expected =
      "open(s1,jabber:component:accept)<handshake/><message to='a'><body>\xF0\x9F\x98\x80 \"</body></message>"
      "<error xmlns='http://etherx.jabber.org/streams'/><iq k='x&#10;y'/>closed";
  for (const size_t piece : {size_t(1), size_t(7), stream.size()}) {
    Recorder recorder;
    for (size_t at = 0; at < stream.size(); at += piece) {
      REQUIRE(recorder.feed(std::string_view(stream).substr(at, piece)));
    }
    CHECK(recorder.seen == expected);
  }
}

TEST_CASE("after a restart a new stream begins, even in the same bytes") {
  Recorder recorder;
  REQUIRE(recorder.feed(std::string(kHeader) + "<success/>\n" + kHeader + "<a/>"));
  REQUIRE(recorder.feed("<success/>"));
  REQUIRE(recorder.feed(" \n"));
  REQUIRE(recorder.feed(std::string(kHeader) + "<b/>"));
  const std::string open = "open(s1,jabber:component:accept)";
  CHECK(recorder.seen == open + "<success/>" + open + "<a/><success/>" + open + "<b/>");
}

TEST_CASE(
    "an element past a limit of its tree is left out where somebody asks for that, and the stream goes on") {
  xml::StreamLimits limits;
  limits.tree = {3, 2};
  std::string seen;
  xml::StreamReader::Handlers handlers;
  handlers.element = [&](const xml::Document& element) { seen += xml::write(element.root()); };
  handlers.skipped = [&](const char* why) { seen += std::string("(") + why + ")"; };
  handlers.closed = [&] { seen += "closed"; };
  xml::StreamReader reader(limits, handlers);
  const std::string stream =
      std::string(kHeader) +
      "<a><b><c>t</c></b></a><a><b><c><d><e/></d></c></b>t</a><a k='1' l='2' m='3'><b/></a>"
      "<a><b k='1' l='2' m='3'/></a><f><g/></f></stream:stream>";
  for (const char byte : stream) REQUIRE(reader.feed({&byte, 1}));
  CHECK(seen ==
        "<a><b><c>t</c></b></a>(elements are nested too deeply)(an element has too many attributes)"
        "(an element has too many attributes)<f><g/></f>closed");
}

TEST_CASE("an element may be as large as the limit and no larger") {
  xml::StreamLimits limits;
  limits.element_bytes = 1000;
  SECTION("at the limit") {
    Recorder recorder(limits);
    CHECK(recorder.feed(std::string(kHeader) + message_of(1000) + message_of(1000)));
  }
  SECTION("one past it") {
    Recorder recorder(limits);
    CHECK_FALSE(recorder.feed(std::string(kHeader) + message_of(1001)));
    CHECK(recorder.seen.find("an element is larger than the limit of 1000 bytes") != std::string::npos);
  }
  SECTION("without an end") {
    Recorder recorder(limits);
    REQUIRE(recorder.feed(kHeader));
    CHECK_FALSE(recorder.feed("<message><body>" + std::string(20000, 'x')));
  }
  SECTION("in a tag without an end") {
    Recorder recorder(limits);
    REQUIRE(recorder.feed(kHeader));
    CHECK_FALSE(recorder.feed("<message k='" + std::string(20000, 'x')));
  }
  SECTION("white space between elements does not count") {
    Recorder recorder(limits);
    REQUIRE(recorder.feed(kHeader));
    CHECK(recorder.feed(std::string(50000, '\n') + message_of(1000)));
  }
}

TEST_CASE("a stream's header may be as large as the limit and no larger, whatever the pieces it comes in") {
  const auto header_of = [](size_t size) {
    const std::string begin = "<s:stream xmlns:s='urn:s' id='";
    return begin + std::string(size - begin.size() - 2, 'x') + "'>";
  };
  const auto reads = [](const std::string& bytes, size_t piece) {
    xml::StreamReader reader({{}, 1000}, {});
    for (size_t at = 0; at < bytes.size(); at += piece) {
      if (!reader.feed(std::string_view(bytes).substr(at, piece))) return false;
    }
    return true;
  };
  for (const size_t piece : {1, 7, 5000}) {
    CAPTURE(piece);
    CHECK(reads(header_of(1000), piece));
    CHECK_FALSE(reads(header_of(1001), piece));
  }
}

TEST_CASE("a stream in another encoding ends with its first two bytes, whatever the pieces they come in") {
  for (const std::string_view bytes :
       {std::string_view("<\0s\0", 4), std::string_view("\0<\0s", 4), std::string_view("\xFF\xFE<\0", 4),
        std::string_view("\xFE\xFF\0<", 4)}) {
    xml::StreamReader whole({}, {});
    CHECK_FALSE(whole.feed(bytes));
    xml::StreamReader pieces({}, {});
    const bool first = pieces.feed(bytes.substr(0, 1)).ok();
    CHECK_FALSE((first && pieces.feed(bytes.substr(1, 1))));
  }
}

TEST_CASE("what XMPP forbids ends the stream with its name") {
  for (const auto* bad : {"<!-- c -->", "<?p i?>", "text", "<a><b></a>", "<x:a/>", "&amp;"}) {
    CAPTURE(bad);
    Recorder recorder;
    REQUIRE(recorder.feed(kHeader));
    CHECK_FALSE(recorder.feed(bad));
    CHECK_FALSE(recorder.feed("<a/>"));
  }
}

TEST_CASE("the kind of the error says why a stream ended") {
  const auto kind = [](std::string_view bytes) {
    xml::StreamLimits limits;
    limits.element_bytes = 1000;
    limits.tree.depth = 5;
    limits.tree.attributes = 2;
    limits.tree.namespaces = 100;
    xml::StreamReader reader(limits, {});
    REQUIRE(reader.feed(kHeader));
    const auto fed = reader.feed(bytes);
    REQUIRE_FALSE(fed);
    return fed.error().kind;
  };
  using Kind = Error::Kind;
  CHECK(kind("<a>" + std::string(1000, 'x') + "</a>") == Kind::limit);
  CHECK(kind("<a><a><a><a><a><a/></a></a></a></a></a>") == Kind::limit);
  CHECK(kind("<a b='' c='' d=''/>") == Kind::limit);
  CHECK(kind("<a xmlns='" + std::string(101, 'n') + "'/>") == Kind::limit);
  CHECK(kind("<!-- hidden -->") == Kind::restricted);
  CHECK(kind("<a><?php x ?></a>") == Kind::restricted);
  CHECK(kind("words") == Kind::misplaced);
  CHECK(kind("<a></b>") == Kind::general);
  CHECK(kind("<xml:a/>") == Kind::general);

  xml::StreamReader reader({}, {});
  CHECK(reader.feed("<?xml version='1.0' encoding='latin1'?><a>").error().kind == Kind::encoding);
  xml::StreamReader wide({}, {});
  CHECK(wide.feed("\xFE\xFF").error().kind == Kind::encoding);
}

// The parser is C: what passes through it would leave it in the middle of its work, and leak.
TEST_CASE("what a handler throws comes out of feed, and ends the stream") {
  const std::string element =
      GENERATE("<iq xmlns='urn:a'/>", "<iq xmlns='urn:a'><a xmlns='urn:b'/></iq>", "");
  xml::StreamReader::Handlers handlers;
  int told = 0;
  const auto fail = [&told] {
    ++told;
    throw std::bad_alloc();
  };
  handlers.element = [&](const xml::Document&) { fail(); };
  if (element.empty()) handlers.opened = [&](const xml::Document&, const std::string&) { fail(); };
  xml::StreamReader reader({}, handlers);
  const auto read = [&](const std::string& bytes) { static_cast<void>(reader.feed(bytes)); };
  CHECK_THROWS_AS(read(kHeader + element), std::bad_alloc);
  CHECK_FALSE(reader.feed("<message/>"));
  CHECK(told == 1);
}
