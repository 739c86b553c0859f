#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/dataset/chunk_codec.hpp>

namespace rankpool {
namespace {

std::vector<std::byte> bytes_of(std::size_t count, unsigned alphabet) {
    std::mt19937 random(17);
    std::vector<std::byte> bytes(count);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() % alphabet);
    return bytes;
}

std::vector<std::byte> round_trip(const std::vector<std::byte>& raw, std::size_t element_bytes,
                                  const Filters& filters) {
    const EncodedChunk chunk = encode_chunk(raw, element_bytes, filters);
    std::vector<std::byte> decoded(raw.size());
    decode_chunk(chunk.bytes.view(), chunk.skipped_filters, element_bytes, filters, decoded);
    return decoded;
}

TEST(ChunkCodec, gives_back_what_it_was_given) {
    for (const std::size_t count : {0U, 1U, 7U, 8U, 1000U, 65'537U}) {
        for (const unsigned alphabet : {2U, 256U}) {
            const auto raw = bytes_of(count, alphabet);
            for (const std::size_t element_bytes : {1U, 2U, 4U, 8U}) {
                for (const int level : {0, 1, 9}) {
                    EXPECT_EQ(round_trip(raw, element_bytes, {.shuffle = false, .gzip_level = level}), raw);
                    EXPECT_EQ(round_trip(raw, element_bytes, {.shuffle = true, .gzip_level = level}), raw);
                }
            }
        }
    }
}

TEST(ChunkCodec, leaves_out_gzip_where_it_gains_nothing) {
    const auto noise = bytes_of(4096, 256);
    EXPECT_EQ(encode_chunk(noise, 8, {.shuffle = true, .gzip_level = 1}).skipped_filters, 2U);
    EXPECT_EQ(encode_chunk(noise, 8, {.shuffle = false, .gzip_level = 1}).skipped_filters, 1U);
    EXPECT_EQ(encode_chunk(noise, 8, {.shuffle = true, .gzip_level = 1}).bytes.size(), noise.size());
    EXPECT_EQ(encode_chunk(bytes_of(4096, 2), 8, default_compression).skipped_filters, 0U);
}

TEST(ChunkCodec, refuses_damaged_bytes) {
    const auto raw = bytes_of(4096, 4);
    const EncodedChunk chunk = encode_chunk(raw, 8, default_compression);
    std::vector<std::byte> out(raw.size());
    for (std::size_t length = 0; length < chunk.bytes.size(); length += 13) {
        EXPECT_THROW(decode_chunk(chunk.bytes.view().first(length), 0, 8, default_compression, out), DecodeError);
    }
    out.resize(raw.size() - 8);
    EXPECT_THROW(decode_chunk(chunk.bytes.view(), 0, 8, default_compression, out), DecodeError);
    out.resize(raw.size() + 8);
    EXPECT_THROW(decode_chunk(chunk.bytes.view(), 0, 8, default_compression, out), DecodeError);
    EXPECT_THROW(decode_chunk(chunk.bytes.view(), 3, 8, default_compression, out), DecodeError);
}

}  // namespace
}  // namespace rankpool
