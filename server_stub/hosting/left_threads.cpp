// SPDX-License-Identifier: MIT
#include "hosting/left_threads.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hosting/return_address.h"

namespace restanza::host {
namespace {

constexpr size_t kLooks = 50;
constexpr useconds_t kBetween = 20000;
constexpr size_t kLargestStack = 8 * 1024 * 1024;  // bytes above the stack pointer

struct Range {
  uintptr_t begin, end;
  bool has(uintptr_t address) const { return address >= begin && address < end; }
};
using Ranges = std::vector<Range>;

bool any_has(const Ranges& ranges, uintptr_t address) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) { return range.has(address); });
}

struct Search {
  uintptr_t inside;  // an address in the object that is looked for
  Ranges code;
};

// The executable segments of the object that holds this address.
Ranges code_around(uintptr_t inside) {
  Search search{inside, {}};
  dl_iterate_phdr(
      [](dl_phdr_info* object, size_t, void* ctx) {
        auto& wanted = *static_cast<Search*>(ctx);
        Ranges all, code;
        for (size_t i = 0; i < object->dlpi_phnum; ++i) {
          const auto& segment = object->dlpi_phdr[i];
          if (segment.p_type != PT_LOAD) continue;
          const uintptr_t begin = object->dlpi_addr + segment.p_vaddr;
          all.push_back({begin, begin + segment.p_memsz});
          if ((segment.p_flags & PF_X) != 0) code.push_back(all.back());
        }
        if (!any_has(all, wanted.inside)) return 0;
        wanted.code = std::move(code);
        return 1;
      },
      &search);
  return search.code;
}

// Where the thread's stack is at, while it waits in the kernel.
std::optional<uintptr_t> stack_pointer(const std::string& thread) {
  std::ifstream file("/proc/self/task/" + thread + "/syscall");
  std::vector<std::string> words;
  for (std::string word; file >> word;) words.push_back(word);
  if (words.size() < 3) return std::nullopt;  // "running"
  return std::strtoull(words[words.size() - 2].c_str(), nullptr, 16);
}

uintptr_t end_of_mapping(uintptr_t address) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    char* rest = nullptr;
    const uintptr_t begin = std::strtoull(line.c_str(), &rest, 16);
    const uintptr_t end = std::strtoull(rest + 1, nullptr, 16);
    if (address >= begin && address < end) return end;
  }
  return address;
}

// The stack from its pointer to its beginning. Read through the kernel: the thread may end meanwhile, and its
// stack with it.
std::vector<uintptr_t> stack_of(int memory, uintptr_t pointer) {
  const size_t bytes = std::min(end_of_mapping(pointer) - pointer, kLargestStack);
  std::vector<uintptr_t> words(bytes / sizeof(uintptr_t));
  const ssize_t read =
      pread(memory, words.data(), words.size() * sizeof(uintptr_t), static_cast<off_t>(pointer));
  words.resize(read > 0 ? static_cast<size_t>(read) / sizeof(uintptr_t) : 0);
  // Other memory may follow in the same mapping. On x86-64 a thread's control block ends its stack: its first
  // word and its third are its own address.
  for (size_t i = 0; i + 2 < words.size(); ++i) {
    const uintptr_t here = pointer + i * sizeof(uintptr_t);
    if (words[i] == here && words[i + 2] == here) words.resize(i);
  }
  return words;
}

std::vector<std::string> threads() {
  std::vector<std::string> found;
  DIR* const directory = opendir("/proc/self/task");
  if (!directory) return found;
  while (const dirent* entry = readdir(directory)) {
    const std::string name = entry->d_name;
    if (name[0] != '.' && name != std::to_string(gettid())) found.push_back(name);
  }
  closedir(directory);
  return found;
}

bool is_return_address(int memory, uintptr_t address) {
  char code[kLongestCall];
  return pread(memory, code, sizeof code, static_cast<off_t>(address - sizeof code)) ==
             static_cast<ssize_t>(sizeof code) &&
         ends_with_call({code, sizeof code});
}

// Whose code a thread was begun in; unknown while it computes.
enum class Place { unknown, library, elsewhere };
using Places = std::map<std::string, Place>;

Place place_of(const std::string& thread, int memory, const Ranges& own, const Ranges& library) {
  const auto pointer = stack_pointer(thread);
  if (!pointer) return Place::unknown;
  const auto words = stack_of(memory, *pointer);
  const auto outermost = std::find_if(words.rbegin(), words.rend(), [&](uintptr_t word) {
    return (any_has(own, word) || any_has(library, word)) && is_return_address(memory, word);
  });
  return outermost != words.rend() && any_has(library, *outermost) ? Place::library : Place::elsewhere;
}

size_t count(const Places& places, Place wanted) {
  return static_cast<size_t>(
      std::count_if(places.begin(), places.end(), [&](const auto& entry) { return entry.second == wanted; }));
}

}  // namespace

size_t threads_left_in(void* handle) {
  link_map* map = nullptr;
  if (dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0) return 0;
  const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  if (memory < 0) return 0;
  const Ranges own = code_around(reinterpret_cast<uintptr_t>(&threads_left_in));
  const Ranges library = code_around(reinterpret_cast<uintptr_t>(map->l_ld));
  Places seen;
  for (size_t look = 0; look < kLooks; ++look) {
    if (look > 0) usleep(kBetween);
    Places now;
    for (const auto& thread : threads()) {
      const auto before = seen.find(thread);
      const Place place = place_of(thread, memory, own, library);
      now[thread] = place == Place::unknown && before != seen.end() ? before->second : place;
    }
    seen.swap(now);
    if (count(seen, Place::library) + count(seen, Place::unknown) == 0) break;
  }
  close(memory);
  return count(seen, Place::library);
}

}  // namespace restanza::host
