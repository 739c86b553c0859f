#include <algorithm>

#include <rankpool/dataset/detail/fletcher32.hpp>

namespace rankpool::detail {
namespace {

// So many words can be added up before the second sum leaves 64 bits: 65535 · n² / 2.
constexpr std::size_t words_per_turn = 1U << 20;

// The remainder modulo 65535; a multiple of it, other than 0 itself, is written as 65535, as repeated folding does.
std::uint64_t reduced(std::uint64_t sum) { return sum == 0 ? 0 : (sum - 1) % 65535 + 1; }

}  // namespace

std::uint32_t fletcher32(BytesView bytes) {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    const std::byte* at = bytes.data();
    for (std::size_t words = bytes.size() / 2; words != 0;) {
        const std::size_t turn = std::min(words, words_per_turn);
        for (std::size_t i = 0; i < turn; ++i, at += 2) {
            first += std::to_integer<std::uint64_t>(at[0]) << 8U | std::to_integer<std::uint64_t>(at[1]);
            second += first;
        }
        first = reduced(first);
        second = reduced(second);
        words -= turn;
    }
    if (bytes.size() % 2 != 0) {
        first = reduced(first + (std::to_integer<std::uint64_t>(*at) << 8U));
        second = reduced(second + first);
    }
    return static_cast<std::uint32_t>(second << 16U | first);
}

}  // namespace rankpool::detail
