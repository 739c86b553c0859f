// libFuzzer's way in:
//   cmake -B build/fuzz -DCMAKE_CXX_COMPILER=clang++ -DRANKPOOL_BUILD_FUZZERS=ON
//   build/fuzz/tests/fuzz/scheduler_fuzz -max_total_time=60 new_corpus tests/fuzz/corpus
#include <cstddef>
#include <cstdint>

#include "event_player.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    rankpool::scheduler::EventPlayer().play({data, size});
    return 0;
}
