// SPDX-License-Identifier: MIT
// Which threads a plugin's library has left behind. They would crash if the library were unloaded. The system
// does not say who began a thread, so threads are compared with those that were there before: what comes
// while a call into the library runs is the library's own; what comes at another time, and was begun neither
// by this host nor in a call into another library, is not known to be anybody's: a plugin's pool that grew,
// or a thread of the server that this host is a part of. Any thread.
#pragma once

#include <sys/types.h>

#include <optional>
#include <set>

namespace restanza::host {

// A thread's number is used again, but not with the same begin.
struct ThreadId {
  pid_t id;
  unsigned long long begun;  // ticks since the system's start, proc(5)
};
bool operator<(const ThreadId& a, const ThreadId& b);
using ThreadSet = std::set<ThreadId>;

// The threads of this process but for the caller; none where the system does not show them, or memory is out.
using Seen = std::optional<ThreadSet>;
Seen seen_threads();

class LibraryThreads {
 public:
  // While it is there: threads that come are taken for the library's own. One that another library begins at
  // the same moment, outside such a call, is taken for it too.
  class Call {
   public:
    explicit Call(LibraryThreads& threads);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    LibraryThreads& threads_;
    const Seen before_;
  };

  struct Left {
    size_t own = 0;
    bool others =
        false;  // some may be the library's; also where it could not be seen which threads there are
  };
  // Once no instance of the library is left. Threads that are just ending get a second, for which it blocks.
  Left left() const;

 private:
  Left left_now() const;

  const Seen before_ = seen_threads();  // before the library was loaded
  ThreadSet own_;
};

}  // namespace restanza::host
