// SPDX-License-Identifier: MIT
// The extension that tells what lies in a state directory, as a host asks for it: without an instance.
#include <future>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "journal/sqlite/store.h"
#include "support/catch.h"
#include "support/directory.h"
#include "support/lines.h"
#include "xp.h"

using namespace restanza;

namespace {

const xp_report* extension() {
  return static_cast<const xp_report*>(xp_plugin_entry_v1()->get_extension(nullptr, XP_EXT_REPORT));
}

struct Told {
  xp_status status = XP_OK;
  std::string lines;
  std::string error;
};

Told report(const char* directory, size_t size) {
  Told told;
  xp_error error{};
  const auto line = [](void* ctx, xp_str text) {
    static_cast<Told*>(ctx)->lines += std::string(text.ptr, text.len) + "\n";
  };
  told.status = extension()->report({directory, size}, line, &told, &error);
  told.error = error.text;
  return told;
}
Told report(const std::string& directory) {
  return report(directory.data(), directory.size());
}

}  // namespace

TEST_CASE("the report needs no instance, and other extensions are not there") {
  REQUIRE(extension());
  CHECK(extension()->size == sizeof(xp_report));
  CHECK(xp_plugin_entry_v1()->get_extension(nullptr, "xp.report/2") == nullptr);
  CHECK(xp_plugin_entry_v1()->get_extension(nullptr, "") == nullptr);
}

TEST_CASE("without a state directory there is nothing to tell") {
  const Told told = report(nullptr, 0);
  CHECK(told.status == XP_OK);
  CHECK(told.lines.empty());
}

TEST_CASE("a directory without a journal is named") {
  const Directory directory;
  const Told told = report(directory.path());
  CHECK(told.status == XP_INTERNAL);
  CHECK(told.error.find(directory.path()) != std::string::npos);
  CHECK(told.lines.empty());
}

TEST_CASE("what waits is told line by line, while somebody else has the journal open") {
  const Directory directory;
  const SystemClock clock;
  Lines log;
  journal::Journal journal({directory.path()}, journal::SqliteStore::open, clock, log);
  REQUIRE(journal.open());
  std::promise<void> taken;
  const auto stanza =
      xmpp::parse_stanza("<message from='alice@localhost/r' to='rest.localhost'><body>x</body></message>");
  REQUIRE(
      journal.take({std::make_shared<const xmpp::Stanza>(*stanza), true, {{"bot", true}}},
                   [&taken](const journal::Entry&, const Result<std::vector<journal::Delivery>>& deliveries) {
                     CHECK(deliveries.ok());
                     taken.set_value();
                   }));
  taken.get_future().wait();
  const Told told = report(directory.path());
  CHECK(told.error == "");
  CHECK(told.status == XP_OK);
  CHECK(told.lines.find("bot") != std::string::npos);
  CHECK(told.lines.find("alice@localhost") != std::string::npos);
  CHECK(told.lines.find("\n\n\n") == std::string::npos);
  journal.stop();
}
