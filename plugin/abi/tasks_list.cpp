// SPDX-License-Identifier: MIT
#include "abi/tasks_list.h"

#include "abi/status.h"
#include "base/clock.h"
#include "tasks.h"
#include "xp_views.h"

namespace restanza::abi {
namespace {

xp_status run(const xp_task* asked, void (*line)(void* ctx, xp_str line), void* ctx, xp_error* error) {
  if (!asked || !XP_HAS(xp_task, asked, word_count)) return fail(error, XP_INVALID, "the task is not whole");
  Task task;
  const xp_status read = at_border(error, XP_INVALID, [&]() -> Result<void> {
    task = {views::copy(asked->name),
            {},
            views::copy(asked->domain),
            views::copy(asked->state_dir),
            views::copy(asked->settings_json)};
    for (size_t i = 0; i < asked->word_count; ++i) task.words.push_back(views::copy(asked->words[i]));
    return {};
  });
  if (read != XP_OK) return read;
  if (!is_task(task.name)) return fail(error, XP_UNSUPPORTED, "there is no task of this name");
  return at_border(error, XP_INTERNAL, [&]() -> Result<void> {
    const SystemClock clock;
    return run_task(task, clock, [line, ctx](std::string_view text) { line(ctx, views::view(text)); });
  });
}

constexpr xp_tasks kTasks = {sizeof(xp_tasks), 0, run};

}  // namespace

const xp_tasks* tasks_extension() {
  return &kTasks;
}

}  // namespace restanza::abi
