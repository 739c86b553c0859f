#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/core/byte_stream.hpp>
#include <rankpool/core/bytes.hpp>

namespace rankpool {
namespace {

TEST(Bytes, keep_their_content_when_they_outgrow_the_object) {
    Bytes bytes;
    std::string expected;
    for (int i = 0; i < 300; ++i) {
        const char letter = static_cast<char>('a' + i % 26);
        bytes.append(&letter, 1);
        expected += letter;
        ASSERT_EQ(bytes.size(), expected.size());
        ASSERT_EQ(std::memcmp(bytes.data(), expected.data(), expected.size()), 0);
    }
}

TEST(Bytes, move_leaves_an_empty_object_that_can_be_used_again) {
    for (std::size_t size : {0U, 1U, 40U, 41U, 1000U}) {
        const std::vector<char> content(size, 'x');
        Bytes from;
        from.append(content.data(), size);
        const Bytes copy = from;
        const Bytes to = std::move(from);
        EXPECT_EQ(to, copy);
        from.clear();
        EXPECT_TRUE(from.empty());
        from.append("again", 5);
        EXPECT_EQ(from.size(), 5U);
    }
}

TEST(Bytes, exactly_as_many_as_fit_inside_stay_inside) {
    Bytes bytes;
    bytes.extend(Bytes::inline_capacity);
    const auto* start = reinterpret_cast<const std::byte*>(&bytes);
    EXPECT_GE(bytes.data(), start);
    EXPECT_LT(bytes.data(), start + sizeof bytes);
    EXPECT_EQ(sizeof bytes, 56U);
}

TEST(ByteStream, reads_back_what_was_written) {
    Bytes bytes;
    ByteWriter writer(bytes);
    writer.value(42);
    writer.count(254);
    writer.count(255);
    writer.count(std::uint64_t{1} << 40);
    writer.text("chunk");
    ByteReader reader(bytes.view());
    EXPECT_EQ(reader.value<int>(), 42);
    EXPECT_EQ(reader.count(), 254U);
    EXPECT_EQ(reader.count(), 255U);
    EXPECT_EQ(reader.count(), std::uint64_t{1} << 40);
    EXPECT_EQ(reader.text(), "chunk");
    EXPECT_EQ(reader.remaining(), 0U);
}

TEST(ByteStream, bytes_that_end_too_early_are_refused_at_every_length) {
    Bytes bytes;
    ByteWriter(bytes).text(std::string(300, 'x'));
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        ByteReader reader(bytes.view().first(length));
        EXPECT_THROW((void)reader.text(), DecodeError) << length;
    }
}

}  // namespace
}  // namespace rankpool
