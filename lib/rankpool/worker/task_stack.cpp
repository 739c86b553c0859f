#include <charconv>
#include <cstring>
#include <new>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include <rankpool/core/error.hpp>
#include <rankpool/core/sanitizers.hpp>
#include <rankpool/worker/task_stack.hpp>

#ifdef RANKPOOL_HAS_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace rankpool {

boost::context::stack_context TaskStack::allocate() const {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t size = (bytes_ + page - 1) / page * page + page;
    void* const memory =
        mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    if (mprotect(memory, page, PROT_NONE) != 0) {
        munmap(memory, size);
        throw std::bad_alloc();
    }
#ifdef RANKPOOL_HAS_ASAN
    // The last frames of a stack that was here before have left their marks, which unmapping does not remove.
    __asan_unpoison_memory_region(memory, size);
#endif
    boost::context::stack_context stack;
    stack.size = size;
    stack.sp = static_cast<char*>(memory) + size;
    return stack;
}

void TaskStack::deallocate(boost::context::stack_context& stack) noexcept {
    munmap(static_cast<char*>(stack.sp) - stack.size, stack.size);
}

std::size_t TaskStack::size_from(const char* text) {
    constexpr std::size_t default_kib = 8192;
    constexpr std::size_t kib_max = std::size_t{1} << 30;  // 1 TiB: more than a process can have of them
    std::size_t kib = default_kib;
    if (text != nullptr) {
        const char* const end = text + std::strlen(text);
        const auto [stop, error] = std::from_chars(text, end, kib);
        if (error != std::errc() || stop != end || kib < 64 || kib > kib_max) {
            throw ConfigError("RANKPOOL_TASK_STACK_KIB is '" + std::string(text) +
                              "': it is the stack size of a task in KiB, from 64 to " + std::to_string(kib_max));
        }
    }
    return kib * 1024;
}

}  // namespace rankpool
