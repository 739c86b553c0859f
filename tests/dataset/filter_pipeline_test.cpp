#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/dataset/filter_pipeline.hpp>

namespace rankpool {
namespace {

std::vector<std::byte> bytes_of(std::size_t count, unsigned alphabet) {
    std::mt19937 random(17);
    std::vector<std::byte> bytes(count);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() % alphabet);
    return bytes;
}

std::vector<std::byte> round_trip(const std::vector<std::byte>& raw, const FilterPipeline& pipeline) {
    const EncodedChunk chunk = encode(raw, pipeline);
    std::vector<std::byte> decoded(raw.size());
    decode(chunk.bytes.view(), chunk.skipped_filters, pipeline, decoded);
    return decoded;
}

TEST(FilterPipelines, give_back_what_they_were_given) {
    for (const std::size_t count : {0U, 1U, 7U, 8U, 33U, 1000U, 65'537U}) {
        for (const unsigned alphabet : {2U, 256U}) {
            const auto raw = bytes_of(count, alphabet);
            for (const std::size_t element_bytes : {1U, 2U, 3U, 4U, 8U, 16U, 24U}) {
                for (const int level : {0, 1, 5, 6, 9}) {
                    for (const bool shuffle : {false, true}) {
                        for (const bool checksum : {false, true}) {
                            const Filters filters{.shuffle = shuffle, .gzip_level = level, .checksum = checksum};
                            EXPECT_EQ(round_trip(raw, pipeline_of(filters, element_bytes)), raw);
                        }
                    }
                }
            }
        }
    }
}

TEST(FilterPipelines, know_zstd_and_lz4_too) {
    for (const std::size_t count : {0U, 1U, 7U, 17U, 1000U, 65'537U}) {
        for (const unsigned alphabet : {2U, 256U}) {
            const auto raw = bytes_of(count, alphabet);
            for (const Filters& filters :
                 {Filters{.zstd_level = 1}, Filters{.shuffle = true, .zstd_level = 22}, Filters{.lz4 = true},
                  Filters{.shuffle = true, .lz4 = true}, Filters{.shuffle = true, .lz4 = true, .checksum = true}}) {
                EXPECT_EQ(round_trip(raw, pipeline_of(filters, 8)), raw);
            }
            // Blocks of all sizes, also of which some do not become smaller.
            for (const std::uint32_t block : {1U, 13U, 64U, 4096U}) {
                EXPECT_EQ(round_trip(raw, {{FilterKind::lz4, block}}), raw) << block;
            }
        }
    }
}

TEST(FilterPipelines, refuse_damaged_zstd_and_lz4) {
    const auto raw = bytes_of(20'000, 3);
    std::mt19937 random(4);
    for (const FilterStep step :
         {FilterStep{FilterKind::zstd, 3}, FilterStep{FilterKind::lz4, 0}, {FilterKind::lz4, 999}}) {
        const EncodedChunk chunk = encode(raw, {step});
        ASSERT_EQ(chunk.skipped_filters, 0U);
        std::vector<std::byte> out(raw.size());
        for (std::size_t size = 0; size < chunk.bytes.size(); size += 1 + size / 20) {
            EXPECT_THROW(decode(chunk.bytes.view().first(size), 0, {step}, out), DecodeError) << size;
        }
        std::vector<std::byte> wrong_size(raw.size() - 1);
        EXPECT_THROW(decode(chunk.bytes.view(), 0, {step}, wrong_size), DecodeError);
        for (int round = 0; round < 2000; ++round) {
            std::vector<std::byte> damaged(chunk.bytes.data(), chunk.bytes.data() + chunk.bytes.size());
            for (int i = 0; i < 3; ++i) damaged[random() % damaged.size()] = static_cast<std::byte>(random());
            try {
                decode(damaged, 0, {step}, out);  // Without a checksum not all damage can be seen.
            } catch (const DecodeError&) {
            }
        }
    }
}

// HDF5's own encoders skip what fails; whoever wrote the file may have skipped any step.
TEST(FilterPipelines, heed_the_steps_that_a_chunk_skipped) {
    const auto raw = bytes_of(4096, 4);
    const FilterPipeline all = pipeline_of({.shuffle = true, .gzip_level = 1, .checksum = true}, 8);
    for (unsigned skipped = 0; skipped < 8; ++skipped) {
        FilterPipeline applied;
        for (unsigned step = 0; step < 3; ++step) {
            if ((skipped >> step & 1U) == 0) applied.push_back(all[step]);
        }
        std::vector<std::byte> decoded(raw.size());
        decode(encode(raw, applied).bytes.view(), skipped, all, decoded);
        EXPECT_EQ(decoded, raw) << skipped;
    }
}

// Detectors' files have the checksum before gzip.
TEST(FilterPipelines, go_in_any_order) {
    const FilterStep shuffle{FilterKind::shuffle, 8};
    const FilterStep gzip{FilterKind::gzip, 1};
    const FilterStep checksum{FilterKind::checksum, 0};
    for (const unsigned alphabet : {4U, 256U}) {
        const auto raw = bytes_of(4000, alphabet);
        for (const FilterPipeline& pipeline : {FilterPipeline{checksum, gzip}, FilterPipeline{checksum, shuffle, gzip},
                                               FilterPipeline{shuffle, checksum, gzip}, FilterPipeline{gzip, shuffle},
                                               FilterPipeline{checksum, gzip, checksum}}) {
            if (pipeline.front() == gzip && alphabet == 4) continue;  // Shuffling what is no longer a full chunk.
            EXPECT_EQ(round_trip(raw, pipeline), raw);
        }
    }
}

TEST(FilterPipelines, leave_out_gzip_where_it_gains_nothing) {
    const auto noise = bytes_of(4096, 256);
    EXPECT_EQ(encode(noise, pipeline_of({.shuffle = true, .gzip_level = 1}, 8)).skipped_filters, 2U);
    EXPECT_EQ(encode(noise, pipeline_of({.shuffle = false, .gzip_level = 1}, 8)).skipped_filters, 1U);
    EXPECT_EQ(encode(noise, pipeline_of({.shuffle = true, .gzip_level = 1}, 8)).bytes.size(), noise.size());
    EXPECT_EQ(encode(bytes_of(4096, 2), pipeline_of(default_compression, 8)).skipped_filters, 0U);
}

TEST(FilterPipelines, refuse_damaged_bytes) {
    const auto raw = bytes_of(4096, 4);
    const FilterPipeline pipeline = pipeline_of(default_compression, 8);
    const EncodedChunk chunk = encode(raw, pipeline);
    std::vector<std::byte> out(raw.size());
    for (std::size_t length = 0; length < chunk.bytes.size(); length += 13) {
        EXPECT_THROW(decode(chunk.bytes.view().first(length), 0, pipeline, out), DecodeError);
    }
    out.resize(raw.size() - 8);
    EXPECT_THROW(decode(chunk.bytes.view(), 0, pipeline, out), DecodeError);
    out.resize(raw.size() + 8);
    EXPECT_THROW(decode(chunk.bytes.view(), 0, pipeline, out), DecodeError);
    EXPECT_THROW(decode(chunk.bytes.view(), 3, pipeline, out), DecodeError);
}

TEST(FilterPipelines, notice_every_flipped_bit_under_a_checksum) {
    const auto raw = bytes_of(600, 256);
    const FilterPipeline pipeline = pipeline_of({.shuffle = true, .gzip_level = 1, .checksum = true}, 8);
    EncodedChunk chunk = encode(raw, pipeline);
    std::vector<std::byte> out(raw.size());
    for (std::size_t i = 0; i < 8 * chunk.bytes.size(); ++i) {
        std::byte& byte = chunk.bytes.data()[i / 8];
        byte ^= std::byte{1} << (i % 8);
        EXPECT_THROW(decode(chunk.bytes.view(), chunk.skipped_filters, pipeline, out), DecodeError) << "bit " << i;
        byte ^= std::byte{1} << (i % 8);
    }
}

TEST(FilterPipelines, survive_random_bytes) {
    std::mt19937 random(23);
    std::vector<std::byte> out(4096);
    const auto good = encode(bytes_of(4096, 4), pipeline_of(default_compression, 8));
    for (int round = 0; round < 3000; ++round) {
        std::vector<std::byte> bytes(good.bytes.data(), good.bytes.data() + good.bytes.size());
        for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<std::byte>(random());
        if (round % 3 == 0) bytes.resize(random() % bytes.size());
        try {
            decode(bytes, random() % 4, pipeline_of(default_compression, 8), out);
        } catch (const DecodeError&) {
        }
    }
}

}  // namespace
}  // namespace rankpool
