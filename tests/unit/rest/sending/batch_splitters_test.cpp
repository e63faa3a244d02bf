// SPDX-License-Identifier: MIT
// Bytes into lines and elements, however they are cut.
#include "rest/sending/batch/line_splitter.h"
#include "rest/sending/batch/splitter.h"
#include "support/catch.h"
#include "xml/writer.h"

using namespace restanza;
using namespace restanza::rest;

namespace {

// The lines of a text that comes in pieces of that size; a line that is too long is "too long".
std::vector<std::string> lines_of(const std::string& text, size_t piece, size_t limit, bool ends = true) {
  LineSplitter splitter(limit);
  std::vector<std::string> lines;
  const auto take = [&] {
    while (const auto line = splitter.next())
      lines.push_back(line->too_long ? "too long" : std::string(line->text));
    CHECK(splitter.kept() <= limit);  // what is not complete, and no more of it
  };
  for (size_t at = 0; at < text.size(); at += piece) {
    splitter.append(text.substr(at, piece));
    take();
  }
  if (ends) splitter.end();
  take();
  return lines;
}

using Cut = std::vector<std::string>;

Caller a_component() {
  Caller caller;
  caller.name = "component";
  caller.address = "rest.localhost";
  caller.whole_domain = true;
  return caller;
}

// "1 <message ..." for each stanza, "1 413" for one that is refused; "broken 400" behind them.
Cut elements_of(const std::string& text, size_t piece, size_t limit = 1000) {
  const auto splitter = make_splitter(BatchForm::xml, limit, a_component(), {});
  Cut found;
  const auto take = [&] {
    while (auto item = splitter->next()) {
      const std::string what =
          item->posted ? item->posted->make().xml : std::to_string(item->posted.error().status);
      found.push_back(std::to_string(item->number) + " " + what);
    }
  };
  for (size_t at = 0; at < text.size(); at += piece) {
    splitter->append(text.substr(at, piece));
    take();
  }
  splitter->end();
  take();
  if (splitter->broken()) found.push_back("broken " + std::to_string(splitter->broken()->status));
  return found;
}

const std::string kOpen = "<xmpp xmlns='urn:restanza:batch:0'>";
const std::string kFirst = "<message to='bob@localhost' id='1'><body>One</body></message>";
const std::string kFirstSent =
    "<message from='rest.localhost' to='bob@localhost' id='1'><body>One</body></message>";

}  // namespace

TEST_CASE("a text is cut at its line feeds, whatever pieces it comes in") {
  for (const size_t piece : {1, 2, 3, 5, 100}) {
    CAPTURE(piece);
    CHECK(lines_of("one\ntwo\r\n\n \t\r\nthree", piece, 10) == Cut{"one", "two", "three"});
    CHECK(lines_of("one\ntwo\n", piece, 10) == Cut{"one", "two"});
    CHECK(lines_of("one\ntw", piece, 10, false) == Cut{"one"});
    CHECK(lines_of("", piece, 10).empty());
    CHECK(lines_of("\n\n", piece, 10).empty());
  }
}

TEST_CASE("a line may fill its limit, one byte more is told once and skipped up to its end") {
  for (const size_t piece : {1, 3, 4, 5, 100}) {
    CAPTURE(piece);
    CHECK(lines_of("1234\n5678\n", piece, 4) == Cut{"1234", "5678"});
    CHECK(lines_of("1234\n56789\nnext\n", piece, 4) == Cut{"1234", "too long", "next"});
    CHECK(lines_of("12345678901234567890\nnext", piece, 4) == Cut{"too long", "next"});
    CHECK(lines_of("next\n12345678901234567890", piece, 4) == Cut{"next", "too long"});
    CHECK(lines_of("12345678901234567890\n12345\n\nnext", piece, 4) == Cut{"too long", "too long", "next"});
    CHECK(lines_of("1234", piece, 4) == Cut{"1234"});
  }
}

TEST_CASE("stanzas are cut out of their element, whatever pieces it comes in") {
  for (const size_t piece : {1, 7, 10000}) {
    CAPTURE(piece);
    CHECK(elements_of("<?xml version='1.0'?>\n" + kOpen + kFirst + "\n" + kFirst + "</xmpp>\n", piece) ==
          Cut{"1 " + kFirstSent, "2 " + kFirstSent});
    CHECK(elements_of(kOpen + "</xmpp>", piece).empty());
    CHECK(elements_of(kOpen + "<other/><message from='eve@elsewhere' to='a@b'/>" + kFirst + "</xmpp>",
                      piece) == Cut{"1 422", "2 403", "3 " + kFirstSent});
  }
}

TEST_CASE("a batch in XML that is none, or breaks, is told with what came before it") {
  for (const size_t piece : {1, 10000}) {
    CAPTURE(piece);
    CHECK(elements_of("<xmpp>" + kFirst + "</xmpp>", piece) == Cut{"broken 422"});
    CHECK(elements_of("<message xmlns='urn:restanza:batch:0'>" + kFirst + "</message>", piece) ==
          Cut{"broken 415"});
    CHECK(elements_of("", piece) == Cut{"broken 400"});
    CHECK(elements_of(kOpen + kFirst, piece) == Cut{"1 " + kFirstSent, "broken 400"});
    CHECK(elements_of(kOpen + kFirst + "<message></wrong>", piece) == Cut{"1 " + kFirstSent, "broken 400"});
    CHECK(elements_of(kOpen + kFirst + "</xmpp><more/>", piece).back() == "broken 400");
  }
  const std::string longest = "<message to='a@b' id='" + std::string(900, 'x') + "'/>";
  CHECK(elements_of(kOpen + longest + "</xmpp>", 100, longest.size()).size() == 1);
  CHECK(elements_of(kOpen + longest + "</xmpp>", 100, longest.size() - 1).back() == "broken 413");
}
