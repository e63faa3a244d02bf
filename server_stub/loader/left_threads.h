// SPDX-License-Identifier: GPL-3.0-or-later
// The threads of this process that run a library's code: whoever unloads it would pull the code from under
// them. [setup] only.
#pragma once

#include <cstddef>

namespace restanza::host {

// `handle`: from dlopen, and open. The system does not say who began a thread, but a thread's stack does: its
// outermost frame that is neither the C library's nor another system library's. The stacks of threads that
// wait in the kernel are looked at; one that is computing at every look is not found, nor is any where /proc
// is not there. So this finds what was forgotten, not what hides.
size_t threads_in(void* handle);

}  // namespace restanza::host
