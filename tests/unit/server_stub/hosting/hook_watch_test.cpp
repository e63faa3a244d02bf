// SPDX-License-Identifier: MIT
#include "hosting/hook_watch.h"

#include <thread>

#include "support/catch.h"
#include "support/lines.h"
#include "xp.h"

using namespace restanza;
using namespace restanza::host;
using namespace std::chrono_literals;

namespace {

int32_t sends(HookWatch& watch, size_t times) {
  for (size_t i = 0; i < times; ++i) watch.sent();
  return XP_CONSUME;
}

}  // namespace

TEST_CASE("a hook's verdict comes through, and what is not too much is not mentioned") {
  Lines lines;
  HookWatch watch(lines);
  const auto begun = std::chrono::steady_clock::now();
  CHECK(watch.call(false, [&] { return sends(watch, HookWatch::kSendsInACall); }) == XP_CONSUME);
  const bool slow = std::chrono::steady_clock::now() - begun >= HookWatch::kSlow;
  sends(watch, HookWatch::kSendsInACall + 1);  // from outside a hook
  CHECK(lines.of(Level::plugin_bug).empty());
  CHECK((slow || lines.of(Level::warn).empty()));
}

TEST_CASE("one stanza too many from inside a hook is mentioned once") {
  Lines lines;
  HookWatch watch(lines);
  for (int i = 0; i < 2; ++i) watch.call(false, [&] { return sends(watch, HookWatch::kSendsInACall + 1); });
  CHECK(lines.of(Level::plugin_bug) == "a hook sent more than 1000 stanzas in one call\n");
}

TEST_CASE("what another plugin sends from inside its hook is not counted here") {
  Lines lines, others;
  HookWatch watch(lines), other(others);
  watch.call(false, [&] { return other.call(false, [&] { return sends(watch, 2000); }); });
  CHECK(lines.of(Level::plugin_bug).empty());
  CHECK(others.of(Level::plugin_bug).empty());
}

TEST_CASE("a hook that answers its own stanzas for ever is mentioned, one that stops is not") {
  Lines lines;
  HookWatch watch(lines);
  const auto own = [&](size_t times) {
    for (size_t i = 0; i < times; ++i) watch.call(true, [&] { return sends(watch, 1); });
  };
  own(HookWatch::kSendsToItself);
  watch.call(false, [] { return XP_PASS; });
  own(HookWatch::kSendsToItself);
  CHECK(lines.of(Level::plugin_bug).empty());
  own(1);
  CHECK(lines.of(Level::plugin_bug) ==
        "a hook answers what the plugin itself has sent, more than 1000 times: it feeds itself\n");
}

TEST_CASE("a slow hook is mentioned once") {
  Lines lines;
  HookWatch watch(lines);
  for (int i = 0; i < 2; ++i) {
    watch.call(false, [] {
      std::this_thread::sleep_for(HookWatch::kSlow + 10ms);  // the slowness itself
      return XP_PASS;
    });
  }
  const std::string warned = lines.of(Level::warn);
  CHECK(warned.find("a hook took ") == 0);
  CHECK(warned.find('\n') == warned.size() - 1);
}
