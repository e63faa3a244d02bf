// SPDX-License-Identifier: MIT
#include "library.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>

#include "check.h"

namespace restanza::check {

Library::Library(const std::string& path) {
  now_in("dlopen");
  const std::string place = path.find('/') == std::string::npos ? "./" + path : path;
  handle_ = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
  require(handle_ != nullptr, std::string("it cannot be loaded: ") + (handle_ ? "" : dlerror()));
  void* symbol = dlsym(handle_, "xp_plugin_entry_v1");
  require(symbol != nullptr, "it lacks the symbol xp_plugin_entry_v1");
  std::memcpy(&entry_, &symbol, sizeof entry_);
  now_in("xp_plugin_entry_v1");
  descriptor_ = entry_();
  require(descriptor_ != nullptr, "its descriptor is NULL");
  require(XP_HAS(xp_plugin_desc, descriptor_, get_extension), "its descriptor is shorter than version 1.0");
}

// Where a case has failed, the plugin's threads may still run: then the library stays, and a line says why.
Library::~Library() {
  if (std::uncaught_exceptions() > 0) return;
  now_in("dlclose");
  dlclose(handle_);
}

const xp_plugin_desc* Library::entry() const {
  return entry_();
}

namespace {

template <class T>
T read(const std::string& file, uint64_t offset) {
  require(offset + sizeof(T) <= file.size(), "the file is no shared library");
  T value;
  std::memcpy(&value, file.data() + offset, sizeof value);
  return value;
}

bool others_work(const std::string& name) {
  for (const char* prefix :
       {"__asan", "__tsan", "__ubsan", "__odr_asan", "__sanitizer", "__start_", "__stop_"}) {
    if (name.rfind(prefix, 0) == 0) return true;
  }
  return name == "_init" || name == "_fini" || name == "_edata" || name == "_end" || name == "__bss_start";
}

}  // namespace

std::vector<std::string> exported_symbols(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string file{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  require(file.compare(0, SELFMAG, ELFMAG) == 0, "the file is no shared library");
  std::vector<std::string> names;
  const auto header = read<ElfW(Ehdr)>(file, 0);
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    const auto section = read<ElfW(Shdr)>(file, header.e_shoff + uint64_t{i} * header.e_shentsize);
    if (section.sh_type != SHT_DYNSYM || section.sh_entsize == 0) continue;
    const auto strings =
        read<ElfW(Shdr)>(file, header.e_shoff + uint64_t{section.sh_link} * header.e_shentsize);
    for (uint64_t at = 0; at + section.sh_entsize <= section.sh_size; at += section.sh_entsize) {
      const auto symbol = read<ElfW(Sym)>(file, section.sh_offset + at);
      const unsigned bind = symbol.st_info >> 4, visibility = symbol.st_other & 3;
      if (symbol.st_shndx == SHN_UNDEF || bind == STB_LOCAL) continue;
      if (visibility == STV_HIDDEN || visibility == STV_INTERNAL) continue;
      const char* name = file.c_str() + strings.sh_offset + symbol.st_name;
      if (*name && !others_work(name)) names.emplace_back(name);
    }
  }
  return names;
}

}  // namespace restanza::check
