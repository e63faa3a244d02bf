// SPDX-License-Identifier: MIT
// What the start of a program leaves behind in memory. Any thread; nothing is owned.
#pragma once

namespace restanza::host {

// Gives back what only the start needed: the heap's free pages, and the pages of the program and its
// libraries that are as they are in their files; those that are needed again come back from there.
void give_back_memory();

}  // namespace restanza::host
