// SPDX-License-Identifier: MIT
// A library has no list of what it exports, but a hash table of it for the loader: the GNU one, which holds
// exactly the defined symbols, or the old one, whose length is the number of all symbols.
#include "hosting/exports.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <algorithm>

namespace restanza::host {
namespace {

struct Tables {
  const ElfW(Sym) * symbols = nullptr;
  const char* names = nullptr;
  const uint32_t* gnu_hash = nullptr;
  const uint32_t* hash = nullptr;
};

// Some loaders have added the library's address to the entries already, and some have not.
template <class T>
const T* at(const link_map& map, ElfW(Addr) entry) {
  return reinterpret_cast<const T*>(entry < map.l_addr ? entry + map.l_addr : entry);
}

Tables tables_of(const link_map& map) {
  Tables tables;
  for (const ElfW(Dyn)* entry = map.l_ld; entry->d_tag != DT_NULL; ++entry) {
    const ElfW(Addr) address = entry->d_un.d_ptr;
    if (entry->d_tag == DT_SYMTAB) tables.symbols = at<ElfW(Sym)>(map, address);
    if (entry->d_tag == DT_STRTAB) tables.names = at<char>(map, address);
    if (entry->d_tag == DT_GNU_HASH) tables.gnu_hash = at<uint32_t>(map, address);
    if (entry->d_tag == DT_HASH) tables.hash = at<uint32_t>(map, address);
  }
  return tables;
}

std::vector<uint32_t> in_gnu_hash(const uint32_t* table) {
  constexpr uint32_t kLastOfChain = 1;
  const uint32_t buckets = table[0], first = table[1], words = table[2];
  const uint32_t* bucket = table + 4 + words * (sizeof(ElfW(Addr)) / sizeof(uint32_t));
  const uint32_t* chain = bucket + buckets;
  std::vector<uint32_t> found;
  for (uint32_t i = 0; i < buckets; ++i) {
    if (bucket[i] < first) continue;  // an empty one
    uint32_t symbol = bucket[i];
    do found.push_back(symbol);
    while ((chain[symbol++ - first] & kLastOfChain) == 0);
  }
  return found;
}

std::vector<uint32_t> in_hash(const uint32_t* table) {
  std::vector<uint32_t> found;
  for (uint32_t symbol = 1; symbol < table[1]; ++symbol) found.push_back(symbol);
  return found;
}

// Nobody wrote these: linkers put them into every library, and the address sanitizer beside each variable.
bool of_the_tools(const std::string& name) {
  static const char* const kNames[] = {"_init", "_fini", "_edata", "__bss_start", "_end"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames) ||
         name.rfind("__odr_asan", 0) == 0;
}

}  // namespace

std::vector<std::string> exported_symbols(void* handle) {
  link_map* map = nullptr;
  if (dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0) return {};
  const Tables tables = tables_of(*map);
  if (!tables.symbols || !tables.names || (!tables.gnu_hash && !tables.hash)) return {};
  std::vector<std::string> names;
  for (const uint32_t index : tables.gnu_hash ? in_gnu_hash(tables.gnu_hash) : in_hash(tables.hash)) {
    const ElfW(Sym)& symbol = tables.symbols[index];
    const auto binding = ELF64_ST_BIND(symbol.st_info);  // the same for 32 bits
    if (symbol.st_shndx == SHN_UNDEF || binding == STB_LOCAL) continue;
    std::string name = tables.names + symbol.st_name;
    if (!of_the_tools(name)) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace restanza::host
