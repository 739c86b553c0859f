#include <Random123/philox.h>
#include <algorithm>
#include <istream>
#include <ostream>

#include <rankpool/task/random_stream.hpp>

namespace rankpool {
namespace {

using Words = std::array<std::uint64_t, 4>;

Words philox(const Words& counter, std::uint64_t key_0, std::uint64_t key_1) {
    const r123::Philox4x64::ctr_type in{{counter[0], counter[1], counter[2], counter[3]}};
    const r123::Philox4x64::ctr_type out = r123::Philox4x64()(in, {{key_0, key_1}});
    return {out[0], out[1], out[2], out[3]};
}

// Keeps the ways in which streams get their numbers apart from each other.
enum Purpose : std::uint64_t { of_key = 1, of_submission, of_child, of_member };

}  // namespace

void RandomStream::refill() {
    values_ = philox({block_++, item_, 0, 0}, seed_, stream_);
    next_ = 0;
}

void RandomStream::discard(unsigned long long count) {
    const std::size_t left = values_.size() - next_;
    if (count <= left) {
        next_ += static_cast<std::size_t>(count);
        return;
    }
    count -= left;
    block_ += count / values_.size();
    refill();
    next_ = static_cast<std::size_t>(count % values_.size());
}

std::ostream& operator<<(std::ostream& out, const RandomStream& random) {
    return out << random.seed_ << ' ' << random.stream_ << ' ' << random.item_ << ' ' << random.block_ << ' '
               << random.next_;
}

std::istream& operator>>(std::istream& in, RandomStream& random) {
    std::uint64_t seed = 0;
    std::uint64_t stream = 0;
    std::uint64_t item = 0;
    std::uint64_t block = 0;
    std::size_t next = 0;
    if (!(in >> seed >> stream >> item >> block >> next)) return in;
    if (next > 4 || (next < 4 && block == 0)) {
        in.setstate(std::ios::failbit);
        return in;
    }
    random = RandomStream(seed, stream, item);
    random.block_ = block;
    if (next < 4) {
        --random.block_;
        random.refill();
        random.next_ = next;
    }
    return in;
}

std::uint64_t stream_of_key(std::string_view key) {
    std::array<std::uint64_t, 2> state{key.size(), 0};
    do {  // Chained: each block's output is the next one's key.
        std::array<std::uint64_t, 2> block{};
        for (std::size_t i = 0; i < std::min<std::size_t>(key.size(), 16); ++i) {
            block[i / 8] |= std::uint64_t{static_cast<unsigned char>(key[i])} << 8 * (i % 8);
        }
        const Words mixed = philox({block[0], block[1], 0, of_key}, state[0], state[1]);
        state = {mixed[0], mixed[1]};
        key.remove_prefix(std::min<std::size_t>(key.size(), 16));
    } while (!key.empty());
    return state[0];
}

std::uint64_t stream_of_submission(std::uint64_t number) { return philox({number, 0, 0, of_submission}, 0, 0)[0]; }

std::uint64_t stream_of_child(std::uint64_t parent, std::uint64_t item, std::uint64_t number) {
    return philox({number, item, 0, of_child}, parent, 0)[0];
}

std::uint64_t stream_of_member(std::uint64_t task, std::uint32_t member) {
    return member == 0 ? task : philox({member, 0, 0, of_member}, task, 0)[0];
}

}  // namespace rankpool
