#include <cstring>
#include <elf.h>
#include <fstream>
#include <link.h>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <rankpool/core/error.hpp>
#include <rankpool/task/module_address.hpp>

namespace rankpool {
namespace {

// FNV-1a: short, and the same everywhere.
std::uint64_t hash_bytes(const void* data, std::size_t size, std::uint64_t hash = 0xcbf29ce484222325U) {
    const auto* at = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i) hash = (hash ^ at[i]) * 0x100000001b3U;
    return hash;
}

struct Module {
    std::uint64_t key = 0;  // 16 bits: a hash of the file name; 0 for the program
    std::uintptr_t base = 0;
    std::uintptr_t code_begin = 0;
    std::uintptr_t code_end = 0;
    std::uint64_t build = 0;  // a hash of the build id; 0 where there is none
};

std::uint64_t build_id_hash(const dl_phdr_info& info, const ElfW(Phdr) & header) {
    const auto* note = reinterpret_cast<const char*>(info.dlpi_addr + header.p_vaddr);
    const auto* end = note + header.p_memsz;
    while (note + sizeof(ElfW(Nhdr)) <= end) {
        ElfW(Nhdr) fields;
        std::memcpy(&fields, note, sizeof fields);
        const std::size_t name_size = (fields.n_namesz + 3U) & ~3U;
        const std::size_t text_size = (fields.n_descsz + 3U) & ~3U;
        const char* name = note + sizeof fields;
        if (fields.n_type == NT_GNU_BUILD_ID && fields.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0) {
            return hash_bytes(name + name_size, fields.n_descsz);
        }
        note = name + name_size + text_size;
    }
    return 0;
}

int add_module(dl_phdr_info* info, std::size_t, void* list) {
    Module module;
    module.base = info->dlpi_addr;
    const std::string_view path = info->dlpi_name == nullptr ? "" : info->dlpi_name;
    const std::string_view file = path.substr(path.rfind('/') + 1);
    module.key = file.empty() ? 0 : (hash_bytes(file.data(), file.size()) & 0xffff) | 1U;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const ElfW(Phdr)& header = info->dlpi_phdr[i];
        if (header.p_type == PT_LOAD && (header.p_flags & PF_X) != 0 && module.code_end == 0) {
            module.code_begin = info->dlpi_addr + header.p_vaddr;
            module.code_end = module.code_begin + header.p_memsz;
        }
        if (header.p_type == PT_NOTE && module.build == 0) module.build = build_id_hash(*info, header);
    }
    static_cast<std::vector<Module>*>(list)->push_back(module);
    return 0;
}

// The loaded modules, the program first. Read again when an address is not found: libraries may have been opened.
class Modules {
  public:
    Module containing(std::uintptr_t address) {
        return find([&](const Module& module) { return address >= module.code_begin && address < module.code_end; });
    }
    Module with_key(std::uint64_t key) {
        return find([&](const Module& module) { return module.key == key && module.code_end != 0; });
    }
    Module program() {
        return find([](const Module& module) { return module.key == 0; });
    }

  private:
    template <class Condition>
    Module find(Condition condition) {
        const std::lock_guard lock(mutex_);
        for (int attempt = 0; attempt < 2; ++attempt) {
            for (const Module& module : list_) {
                if (condition(module)) return module;
            }
            list_.clear();
            dl_iterate_phdr(add_module, &list_);
        }
        return {};
    }
    std::mutex mutex_;
    std::vector<Module> list_;
};

Modules& modules() {
    static Modules all;
    return all;
}

constexpr int offset_bits = 48;
constexpr std::uint64_t offset_mask = (std::uint64_t{1} << offset_bits) - 1;

}  // namespace

std::uint64_t portable_address(const void* function) {
    const auto address = reinterpret_cast<std::uintptr_t>(function);
    thread_local Module last;  // Programs mostly submit functions of one module.
    if (address < last.code_begin || address >= last.code_end) {
        last = modules().containing(address);
        if (last.code_end == 0) throw ConfigError("a task function's address lies in no loaded program or library");
    }
    return last.key << offset_bits | ((address - last.base) & offset_mask);
}

const void* local_address(std::uint64_t portable) {
    thread_local Module last;
    if (last.code_end == 0 || last.key != portable >> offset_bits) {
        last = modules().with_key(portable >> offset_bits);
        if (last.code_end == 0) {
            throw DecodeError(
                "a task function lives in a shared library that is not loaded on this rank: "
                "load it on every rank before the pool starts");
        }
    }
    const std::uintptr_t address = last.base + (portable & offset_mask);
    if (address < last.code_begin || address >= last.code_end) {
        throw DecodeError("a task function's address lies outside the program's code");
    }
    return reinterpret_cast<const void*>(address);
}

std::uint64_t program_fingerprint() {
    static const std::uint64_t fingerprint = [] {
        if (const std::uint64_t build = modules().program().build; build != 0) return build;
        std::ifstream file("/proc/self/exe", std::ios::binary);
        std::vector<char> block(1 << 16);
        std::uint64_t hash = hash_bytes("", 0);
        while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0) {
            hash = hash_bytes(block.data(), static_cast<std::size_t>(file.gcount()), hash);
        }
        return hash;
    }();
    return fingerprint;
}

}  // namespace rankpool
