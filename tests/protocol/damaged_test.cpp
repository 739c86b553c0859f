// Messages that are not what a writer wrote: they decode to something or throw DecodeError, and are never read past
// their end (AddressSanitizer watches).
#include <algorithm>
#include <protocol/samples.hpp>
#include <random>
#include <string>
#include <transport/traffic.hpp>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/protocol/messages.hpp>

namespace rankpool::protocol {
namespace {

enum class Reading { complete, refused };

// Any other exception fails the test.
Reading read_message(BytesView bytes) {
    const Exact exact(bytes);
    RecordReader reader(exact.view());
    try {
        while (const auto record = reader.next()) (void)read_all_of(*record);
        return Reading::complete;
    } catch (const DecodeError& error) {
        EXPECT_FALSE(std::string(error.what()).empty());
        return Reading::refused;
    }
}

// Reads the payload as every kind of message, also those it is not.
void read_as_everything(const Record& record) {
    for (int kind = 0; kind < 64; ++kind) {
        Record other = record;
        other.header.kind = static_cast<Kind>(kind);
        try {
            (void)read_all_of(other);
        } catch (const DecodeError&) {
        }
    }
}

TEST(DamagedMessages, end_too_early) {
    const Bytes message = sample_message();
    std::vector<std::size_t> ends{0};  // where a record ends: shorter by whole records is no damage
    RecordReader reader(message.view());
    while (const auto record = reader.next()) ends.push_back(ends.back() + sizeof(Header) + record->payload.size());
    for (std::size_t length = 0; length <= message.size(); ++length) {
        const bool is_whole = std::find(ends.begin(), ends.end(), length) != ends.end();
        EXPECT_EQ(read_message(message.view().first(length)), is_whole ? Reading::complete : Reading::refused)
            << length;
    }
}

TEST(DamagedMessages, payloads_end_too_early) {
    const Bytes message = sample_message();
    RecordReader reader(message.view());
    while (const auto record = reader.next()) {
        for (std::size_t length = 0; length < record->payload.size(); ++length) {
            const Exact payload(record->payload.first(length));
            Record shorter = *record;
            shorter.payload = payload.view();
            read_as_everything(shorter);
        }
    }
}

TEST(DamagedMessages, have_one_bit_flipped) {
    Bytes message = sample_message();
    for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
        const std::byte flip{static_cast<unsigned char>(1U << (bit % 8))};
        message.data()[bit / 8] ^= flip;
        (void)read_message(message.view());
        message.data()[bit / 8] ^= flip;
    }
    EXPECT_EQ(read_message(message.view()), Reading::complete);
}

TEST(DamagedMessages, have_many_random_bytes) {
    const std::uint32_t seed = test_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const Bytes original = sample_message();
    for (int round = 0; round < 20'000; ++round) {
        Bytes message = original;
        for (std::size_t i = 1 + random() % 8; i != 0; --i) {
            // Often all ones or zeros: the counts that mean something else.
            const auto value = static_cast<std::uint32_t>(random());
            message.data()[random() % message.size()] =
                std::byte{static_cast<unsigned char>(value % 4 == 0 ? 255 : (value % 4 == 1 ? 0 : value >> 8))};
        }
        message.truncate(random() % 2 == 0 ? message.size() : random() % message.size());
        (void)read_message(message.view());
    }
}

TEST(DamagedMessages, are_random_from_start_to_end) {
    const std::uint32_t seed = test_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int round = 0; round < 20'000; ++round) {
        Bytes payload;
        for (std::size_t i = random() % 64; i != 0; --i) {
            const auto value = static_cast<std::uint32_t>(random());
            const auto byte = static_cast<unsigned char>(value % 3 == 0 ? value >> 8 : (value >> 8) % 4);
            payload.append(&byte, 1);
        }
        (void)read_message(payload.view());
        const Exact exact(payload.view());
        read_as_everything({.header = {.flags = static_cast<std::uint8_t>(random()),
                                       .id = static_cast<std::uint32_t>(random()),
                                       .number = static_cast<std::uint32_t>(random())},
                            .payload = exact.view()});
    }
}

TEST(DamagedMessages, claim_more_inputs_than_they_have_room_for) {
    Bytes payload;
    ByteWriter writer(payload);
    writer.value(std::int32_t{0});
    writer.value(std::uint32_t{0});
    writer.text("");
    writer.text("");
    writer.count(~std::uint64_t{0});
    EXPECT_THROW(read_submit({.header = {.kind = Kind::submit}, .payload = payload.view()}), DecodeError);
}

}  // namespace
}  // namespace rankpool::protocol
