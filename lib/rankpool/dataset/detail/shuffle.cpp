#include <algorithm>
#include <array>
#include <cstring>

#include <rankpool/dataset/detail/shuffle.hpp>

namespace rankpool::detail {
namespace {

// A vector register; GCC and Clang make SSE2 or NEON of it.
constexpr std::size_t lanes = 16;
using Vector = unsigned char __attribute__((vector_size(lanes)));

Vector low_halves(Vector a, Vector b) {
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
Vector high_halves(Vector a, Vector b) {
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

// Interleaves the first half of all bytes with the second half. In a block of `count` registers a byte's place has
// 4 + log2(count) bits; interleaving rotates them left by one. Shuffling 16 elements of `count` bytes exchanges the
// bits that number the element with those that number the byte: a rotation by 4. Unshuffling: by log2(count).
template <std::size_t count>
void interleave(std::array<Vector, count>& block) {
    std::array<Vector, count> next;
    for (std::size_t i = 0; i < count / 2; ++i) {
        next[2 * i] = low_halves(block[i], block[i + count / 2]);
        next[2 * i + 1] = high_halves(block[i], block[i + count / 2]);
    }
    block = next;
}

template <std::size_t count>
void shuffle_blocks(const std::byte* raw, std::size_t elements, std::byte* out) {
    for (std::size_t first = 0; first + lanes <= elements; first += lanes) {
        std::array<Vector, count> block;
        std::memcpy(block.data(), raw + first * count, sizeof block);
        for (int turn = 0; turn < 4; ++turn) interleave(block);
        for (std::size_t byte = 0; byte < count; ++byte) {
            std::memcpy(out + byte * elements + first, &block[byte], lanes);
        }
    }
}

template <std::size_t count>
void unshuffle_blocks(const std::byte* shuffled, std::size_t elements, std::byte* out) {
    for (std::size_t first = 0; first + lanes <= elements; first += lanes) {
        std::array<Vector, count> block;
        for (std::size_t byte = 0; byte < count; ++byte) {
            std::memcpy(&block[byte], shuffled + byte * elements + first, lanes);
        }
        for (std::size_t turn = 1; turn < count; turn *= 2) interleave(block);
        std::memcpy(out + first * count, block.data(), sizeof block);
    }
}

// How many elements went by blocks; the rest, and other sizes, go one by one.
template <class Blocks>
std::size_t by_blocks(std::size_t element_bytes, std::size_t elements, Blocks&& blocks) {
    switch (element_bytes) {
        case 2:
            blocks.template operator()<2>();
            break;
        case 4:
            blocks.template operator()<4>();
            break;
        case 8:
            blocks.template operator()<8>();
            break;
        case 16:
            blocks.template operator()<16>();
            break;
        default:
            return 0;
    }
    return elements / lanes * lanes;
}

}  // namespace

void shuffle(BytesView raw, std::size_t element_bytes, std::span<std::byte> out) {
    const std::size_t elements = raw.size() / element_bytes;
    const std::size_t done = by_blocks(
        element_bytes, elements, [&]<std::size_t count>() { shuffle_blocks<count>(raw.data(), elements, out.data()); });
    for (std::size_t byte = 0; byte < element_bytes; ++byte) {
        std::byte* const plane = out.data() + byte * elements;
        for (std::size_t i = done; i < elements; ++i) plane[i] = raw[i * element_bytes + byte];
    }
    std::ranges::copy(raw.subspan(elements * element_bytes), out.begin() + std::ptrdiff_t(elements * element_bytes));
}

void unshuffle(BytesView shuffled, std::size_t element_bytes, std::span<std::byte> out) {
    const std::size_t elements = shuffled.size() / element_bytes;
    const std::size_t done = by_blocks(element_bytes, elements, [&]<std::size_t count>() {
        unshuffle_blocks<count>(shuffled.data(), elements, out.data());
    });
    for (std::size_t byte = 0; byte < element_bytes; ++byte) {
        const std::byte* const plane = shuffled.data() + byte * elements;
        for (std::size_t i = done; i < elements; ++i) out[i * element_bytes + byte] = plane[i];
    }
    std::ranges::copy(shuffled.subspan(elements * element_bytes),
                      out.begin() + std::ptrdiff_t(elements * element_bytes));
}

}  // namespace rankpool::detail
