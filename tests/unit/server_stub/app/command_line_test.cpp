// SPDX-License-Identifier: MIT
#include "app/command_line.h"

#include <algorithm>
#include <sstream>

#include "support/catch.h"

using namespace restanza::host;

namespace {

std::string refusal(const std::vector<std::string>& words) {
  const auto line = read_command_line(words);
  return line ? "taken" : line.error().text;
}

}  // namespace

TEST_CASE("options are taken in any order, their words behind them or behind '='") {
  const auto line = read_command_line({"--check", "--config", "a.toml"});
  REQUIRE(line);
  CHECK(line->check);
  CHECK(line->config == "a.toml");
  CHECK(read_command_line({"--config=b=c.toml"})->config == "b=c.toml");
  CHECK(read_command_line({"--webhook", "http://h/"})->webhook == "http://h/");
  CHECK(read_command_line({"--deliveries"})->deliveries);
  CHECK(read_command_line({"--settings"})->settings);
  CHECK(read_command_line({"--migrate"})->migrate);
  const auto copy = read_command_line({"--journal-copy", "sqlite", "@a=b", "--config", "a.toml"});
  REQUIRE(copy);
  CHECK(copy->copy_from == "sqlite");
  CHECK(copy->copy_to == "@a=b");
  CHECK(copy->config == "a.toml");
  CHECK(read_command_line({"--version"})->version);
  CHECK(read_command_line({"-h"})->help);
  CHECK(read_command_line({"--help"})->help);
  CHECK(read_command_line({})->config.empty());
}

TEST_CASE("what is not understood is named, with a remedy, on one line") {
  CHECK(refusal({"--foo"}) == "unknown option '--foo'; restanza-host --help lists what there is");
  CHECK(refusal({"-x"}) == "unknown option '-x'; restanza-host --help lists what there is");
  CHECK(refusal({"--check=1"}) == "unknown option '--check=1'; restanza-host --help lists what there is");
  CHECK(refusal({"a\nb"}) == "unexpected argument 'a?b': a configuration is named with --config FILE");
  CHECK(refusal({"--config"}) == "--config lacks its FILE: write --config FILE");
  CHECK(refusal({"--config="}) == "--config lacks its FILE: write --config FILE");
  CHECK(refusal({"--journal-copy"}) == "--journal-copy lacks its FROM TO: write --journal-copy FROM TO");
  CHECK(refusal({"--journal-copy", "sqlite"}) ==
        "--journal-copy lacks its FROM TO: write --journal-copy FROM TO");
  CHECK(refusal({"--webhook"}) == "--webhook lacks its URL: write --webhook URL");
}

TEST_CASE("a webhook is for the development server alone, and its password is not shown") {
  CHECK(
      refusal({"--webhook", "http://u:hunter2@h/", "--config", "r.toml"}) ==
      "--webhook is for the development server, which has no file: with --config, write rest_callback_url = "
      "'http://***@h/' below [plugin.settings] in 'r.toml'");
  CHECK(refusal({"--webhook", "http://h/", "--check"}) ==
        "--webhook starts the development server: leave out --check");
  CHECK(refusal({"--webhook", "http://h/", "--migrate"}) ==
        "--webhook starts the development server: leave out --migrate");
  CHECK(refusal({"--webhook", "http://h/", "--deliveries"}) ==
        "--webhook starts the development server: leave out --deliveries");
  CHECK(refusal({"--webhook", "http://u:hunter2@h/\xC3\xA9"}) ==
        "--webhook 'http://***@h/\xC3\xA9' holds spaces, control characters or non-ASCII letters: write them "
        "percent-encoded");
}

TEST_CASE("what may hold a password is not repeated, wherever it stands by mistake") {
  const std::string remedy = ": a configuration is named with --config FILE";
  CHECK(refusal({"--journal-copy", "sqlite", "configured", "postgresql://bot:hunter2@h/x"}) ==
        "unexpected argument '***'" + remedy);
  CHECK(refusal({"--journal-copy", "sqlite", "host=h", "password=hunter2"}) ==
        "unexpected argument '***'" + remedy);
  CHECK(refusal({"--copy=postgresql://bot:hunter2@h/x"}) ==
        "unknown option '--copy=***'; restanza-host --help lists what there is");
  CHECK(refusal({"--webhok=http://u:hunter2@h/"}) ==
        "unknown option '--webhok=***'; restanza-host --help lists what there is");
}

TEST_CASE("of what is done in place of a run one is done at a time") {
  CHECK(refusal({"--check", "--deliveries"}) ==
        "--check and --deliveries are done one at a time: leave out one");
  CHECK(refusal({"--migrate", "--journal-copy", "sqlite", "configured"}) ==
        "--migrate and --journal-copy are done one at a time: leave out one");
}

TEST_CASE("the help fits a screen") {
  std::istringstream text(kHelp);
  size_t lines = 0;
  for (std::string line; std::getline(text, line); ++lines) CHECK(line.size() <= 80);
  CHECK(lines <= 24);
}
