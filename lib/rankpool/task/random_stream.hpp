#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <string_view>

namespace rankpool {

/// A standard engine whose numbers follow from its name alone: a campaign's seed, a stream and an item of it. There are
/// 2^64 of each, and each gives 2^66 numbers. It is what this_task::rng() answers.
///
/// Philox4x64-10: a keyed function of a counter, so that any place of any stream is reached at once and no two streams
/// overlap. Source: Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3 (SC11).
class RandomStream {
  public:
    using result_type = std::uint64_t;
    static constexpr result_type default_seed = 0;

    explicit RandomStream(std::uint64_t seed = default_seed, std::uint64_t stream = 0, std::uint64_t item = 0)
        : seed_(seed), stream_(stream), item_(item) {}
    template <class Sequence>
    requires(!std::convertible_to<Sequence, std::uint64_t> && requires(Sequence & sequence, std::uint32_t* words) {
        sequence.generate(words, words);
    }) explicit RandomStream(Sequence& sequence) {
        this->seed(sequence);
    }

    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return ~result_type{0}; }
    result_type operator()() {
        if (next_ == values_.size()) refill();
        return values_[next_++];
    }
    void discard(unsigned long long count);

    void seed(std::uint64_t seed = default_seed) { *this = RandomStream(seed); }
    template <class Sequence>
    requires(!std::convertible_to<Sequence, std::uint64_t>) void seed(Sequence& sequence) {
        std::array<std::uint32_t, 4> words{};
        sequence.generate(words.begin(), words.end());
        const auto join = [](std::uint64_t low, std::uint64_t high) { return high << 32U | low; };
        *this = RandomStream(join(words[0], words[1]), join(words[2], words[3]));
    }

    friend bool operator==(const RandomStream& a, const RandomStream& b) {
        return a.seed_ == b.seed_ && a.stream_ == b.stream_ && a.item_ == b.item_ && a.position() == b.position();
    }
    /// Writes its name and place as five numbers.
    friend std::ostream& operator<<(std::ostream& out, const RandomStream& random);
    friend std::istream& operator>>(std::istream& in, RandomStream& random);

  private:
    void refill();
    std::uint64_t position() const { return 4 * block_ + next_; }

    std::uint64_t seed_ = default_seed;
    std::uint64_t stream_ = 0;
    std::uint64_t item_ = 0;
    std::uint64_t block_ = 0;  // the next to be made
    std::array<std::uint64_t, 4> values_{};
    std::size_t next_ = 4;  // of the values
};

/// The stream of the task with this key.
std::uint64_t stream_of_key(std::string_view key);
/// The stream of what a program submits as its `number`-th.
std::uint64_t stream_of_submission(std::uint64_t number);
/// The stream of what a task submits as its `number`-th, or the item of a map that it is.
std::uint64_t stream_of_child(std::uint64_t parent, std::uint64_t item, std::uint64_t number);
/// The stream of a task over several workers on one of them; the leader's is that of the task.
std::uint64_t stream_of_member(std::uint64_t task, std::uint32_t member);

}  // namespace rankpool
