// SPDX-License-Identifier: MIT
// What an operator has done by name, as a host asks for it: without an instance.
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/directory.h"
#include "xp.h"
#include "xp_views.h"

using namespace restanza;

namespace {

const xp_tasks* tasks() {
  return static_cast<const xp_tasks*>(xp_plugin_entry_v1()->get_extension(nullptr, XP_EXT_TASKS));
}

struct Came {
  xp_status status = XP_OK;
  std::string lines;
  std::string error;
};

Came came_of(const std::string& name, const std::string& directory,
             const std::vector<std::string>& words = {}, const std::string& settings = "{}") {
  Came came;
  xp_error error{};
  std::vector<xp_str> views;
  for (const auto& word : words) views.push_back(views::view(word));
  xp_task task{};
  task.size = sizeof task;
  task.name = views::view(name);
  task.domain = views::view("rest.localhost");
  task.state_dir = views::view_or_absent(directory);
  task.settings_json = views::view(settings);
  task.words = views.empty() ? nullptr : views.data();
  task.word_count = views.size();
  const auto line = [](void* ctx, xp_str text) {
    static_cast<Came*>(ctx)->lines += views::copy(text) + "\n";
  };
  came.status = tasks()->run(&task, line, &came, &error);
  came.error = error.text;
  return came;
}

}  // namespace

TEST_CASE("a task that is not there is unsupported, and one that is not whole is invalid") {
  REQUIRE(tasks());
  CHECK(tasks()->size == sizeof(xp_tasks));
  CHECK(came_of("no-such-task", "").status == XP_UNSUPPORTED);
  xp_error error{};
  const xp_task small{8, 0, {}, {}, {}, {}, nullptr, 0};
  CHECK(tasks()->run(&small, nullptr, nullptr, &error) == XP_INVALID);
  CHECK(tasks()->run(nullptr, nullptr, nullptr, &error) == XP_INVALID);
}

TEST_CASE("words that are missing or too many are told, and so are settings that are wrong") {
  CHECK_THAT(came_of("journal-copy", "", {"sqlite"}).error, Contains("two words, FROM and TO, not 1"));
  CHECK_THAT(came_of("migrate", "", {"x"}).error, Contains("no words, not 1"));
  const Came wrong = came_of("deliveries", "", {}, R"({"no_such_key": 1})");
  CHECK(wrong.status == XP_INTERNAL);
  CHECK_THAT(wrong.error, Contains("no_such_key"));
}

TEST_CASE("what waits is told as the report tells it, and nothing where there is no journal to speak of") {
  CHECK(came_of("deliveries", "").status == XP_OK);
  CHECK(came_of("deliveries", "").lines.empty());
  const Directory directory;
  CHECK_THAT(came_of("deliveries", directory.path()).error, Contains(directory.path()));
}

TEST_CASE("a file is brought up to date by its own opening, and a database that is not there is named") {
  CHECK_THAT(came_of("migrate", "").lines, Contains("when it is opened"));
  const Came away =
      came_of("migrate", "", {}, R"({"journal": "postgresql://bot:s3cret@/x?host=/no/such/directory"})");
  CHECK(away.status == XP_INTERNAL);
  CHECK_THAT(away.error, Contains("/no/such/directory") && !Contains("s3cret"));
}

TEST_CASE("a journal is named by a word of three, a file, or a connection string, and no other is repeated") {
  const Directory directory;
  CHECK_THAT(came_of("journal-copy", directory.path(), {"sqlite", "configured"}).error,
             Contains("the same journal"));
  const Came wrong = came_of("journal-copy", directory.path(), {"sqlite", "s3cret"});
  CHECK_THAT(wrong.error, Contains("'configured'") && Contains("'@FILE'") && !Contains("s3cret"));
  CHECK_THAT(came_of("journal-copy", directory.path(), {"@/no/such/file", "sqlite"}).error,
             Contains("/no/such/file"));
}
