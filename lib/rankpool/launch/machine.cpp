#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sched.h>
#include <unistd.h>

#include <rankpool/launch/machine.hpp>

namespace rankpool {
namespace {

std::string content_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<int> affinity() {
    std::vector<int> cores;
    // Machines with more cores than a cpu_set_t holds need a bigger set: the call says so by failing.
    for (int room = CPU_SETSIZE; room <= (1 << 20); room *= 2) {
        cpu_set_t* set = CPU_ALLOC(static_cast<std::size_t>(room));
        const std::size_t bytes = CPU_ALLOC_SIZE(static_cast<std::size_t>(room));
        const bool is_known = set != nullptr && sched_getaffinity(0, bytes, set) == 0;
        for (int core = 0; is_known && core < room; ++core) {
            if (CPU_ISSET_S(static_cast<std::size_t>(core), bytes, set)) cores.push_back(core);
        }
        CPU_FREE(set);
        if (is_known) break;
    }
    return cores;
}

}  // namespace

Machine current_machine() {
    Machine machine;
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) == 0) machine.host = host.data();
    machine.core_count = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
    machine.usable_cores = affinity();
    machine.memory_bytes = parse_memory_total(content_of("/proc/meminfo"));
    std::uint64_t limit = machine.memory_bytes;
    for (const std::string& path : memory_limit_files(content_of("/proc/self/cgroup"))) {
        limit = std::min(limit, parse_memory_limit(content_of(path)).value_or(limit));
    }
    if (limit < machine.memory_bytes) machine.memory_limit_bytes = limit;
    std::array<double, 1> load{};
    if (getloadavg(load.data(), 1) == 1) machine.load = load[0];
    return machine;
}

std::string describe_cores(std::span<const int> cores) {
    if (cores.empty()) return "no cores";
    std::string text = cores.size() == 1 ? "core " : "cores ";
    for (std::size_t first = 0; first < cores.size();) {
        std::size_t last = first;
        while (last + 1 < cores.size() && cores[last + 1] == cores[last] + 1) ++last;
        if (first != 0) text += ',';
        text += std::to_string(cores[first]);
        if (last != first) text += '-' + std::to_string(cores[last]);
        first = last + 1;
    }
    return text;
}

std::uint64_t parse_memory_total(std::string_view meminfo) {
    const std::size_t label = meminfo.find("MemTotal:");
    if (label == std::string_view::npos) return 0;
    const std::size_t digits = meminfo.find_first_of("0123456789", label);
    if (digits == std::string_view::npos) return 0;
    std::uint64_t kibibytes = 0;
    std::from_chars(meminfo.data() + digits, meminfo.data() + meminfo.size(), kibibytes);
    return kibibytes * 1024;
}

std::vector<std::string> memory_limit_files(std::string_view cgroup) {
    std::vector<std::string> files;
    while (!cgroup.empty()) {
        const std::size_t end = std::min(cgroup.find('\n'), cgroup.size());
        const std::string_view line = cgroup.substr(0, end);  // number:controllers:path
        cgroup.remove_prefix(std::min(end + 1, cgroup.size()));
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
        if (second == std::string_view::npos) continue;
        const std::string_view controllers = line.substr(first + 1, second - first - 1);
        const bool is_version_2 = controllers.empty();
        if (!is_version_2 && controllers.find("memory") == std::string_view::npos) continue;
        const std::string root = is_version_2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
        const std::string name = is_version_2 ? "/memory.max" : "/memory.limit_in_bytes";
        for (std::string path(line.substr(second + 1)); path.size() > 1; path.erase(path.rfind('/'))) {
            files.push_back(std::string(root).append(path).append(name));
        }
        files.push_back(root + name);  // The root as seen inside a container is that container's group.
    }
    return files;
}

std::optional<std::uint64_t> parse_memory_limit(std::string_view text) {
    std::uint64_t bytes = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
    if (error != std::errc() || stop == text.data()) return std::nullopt;
    if (bytes >= (std::uint64_t{1} << 62)) return std::nullopt;  // Version 1 writes 2^63 less a page for "no limit".
    return bytes;
}

}  // namespace rankpool
