#include <algorithm>
#include <sys/resource.h>
#include <utility>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <simulation/meter.hpp>

namespace rankpool::simulation {
namespace {

/// How often this process was put off its core against its will, so far.
long interruptions_so_far() {
    struct rusage usage {};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nivcsw;
}

}  // namespace

std::size_t allocated_bytes() {
#if defined(__GLIBC__)
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

std::size_t peak_resident_bytes() {
    struct rusage usage {};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;  // Linux counts KiB.
}

Meter::Meter() : interruptions_(interruptions_so_far()) {
    // The shortest of many: others may take the core in between.
    clock_cost_ = Duration::max();
    for (int i = 0; i < 1000; ++i) {
        const Instant start = now();
        clock_cost_ = std::min(clock_cost_, now() - start);
    }
}

Duration Meter::checked(Duration row, std::uint64_t event_count) {
    const long before = std::exchange(interruptions_, interruptions_so_far());
    if (interruptions_ == before || events_ == 0) return row;
    return time_ / static_cast<Duration::rep>(events_) * static_cast<Duration::rep>(event_count);
}

}  // namespace rankpool::simulation
