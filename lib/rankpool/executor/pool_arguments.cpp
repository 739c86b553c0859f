#include <cstdlib>
#include <string_view>

#include <rankpool/executor/pool_arguments.hpp>

namespace rankpool {

void take_pool_arguments(int& argc, char** argv) {
    constexpr std::string_view name = "--memory-budget";
    int kept = 0;
    for (int i = 0; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == name && i + 1 < argc) {
            setenv("RANKPOOL_MEMORY_BUDGET", argv[++i], 1);
        } else if (argument.starts_with(name) && argument.substr(name.size()).starts_with('=')) {
            setenv("RANKPOOL_MEMORY_BUDGET", argv[i] + name.size() + 1, 1);
        } else {
            argv[kept++] = argv[i];
        }
    }
    argc = kept;
    argv[argc] = nullptr;
}

}  // namespace rankpool
