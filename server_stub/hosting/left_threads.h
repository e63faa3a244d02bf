// SPDX-License-Identifier: MIT
// The threads of this process that run a library's code. They would crash if the library were unloaded.
// [setup] only.
#pragma once

#include <cstddef>

namespace restanza::host {

// How many are left; those that are just ending get a second. `handle`: from dlopen, and open.
//
// The system does not say who began a thread, but a thread's stack does: its outermost frame that is neither
// the C library's nor another system library's. A stack can be read while its thread waits in the kernel; of
// one that computes the place where it was seen before counts, and none is taken for ended or for another's
// before it was seen. One that computes at every look is not found, nor is any where /proc is not there: this
// finds what was forgotten, not what hides.
size_t threads_left_in(void* handle);

}  // namespace restanza::host
