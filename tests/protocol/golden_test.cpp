// The bytes of one record of each kind. Ranks of one binary understand each other whatever they are, but recorded
// messages and other tools do not: change these lines together with docs/protocol.md.
#include <bit>
#include <protocol/samples.hpp>
#include <string>

#include <gtest/gtest.h>

#include <rankpool/protocol/messages.hpp>

namespace rankpool::protocol {
namespace {

// Bytes in hexadecimal; a blank every four.
std::string hex(BytesView bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i != 0 && i % 4 == 0) text += ' ';
        text += digits[std::to_integer<std::size_t>(bytes[i] >> 4)];
        text += digits[std::to_integer<std::size_t>(bytes[i] & std::byte{15})];
    }
    return text;
}

template <class... Fields>
std::string hex_of(const Fields&... fields) {
    Bytes message;
    write(message, fields...);
    return hex(message.view());
}

struct GoldenRecords : testing::Test {
    void SetUp() override {
        if constexpr (std::endian::native != std::endian::little) GTEST_SKIP() << "written down on little-endian";
    }
};

//        kind, flags, level | id       | number   | size     | payload
TEST_F(GoldenRecords, hello) {
    EXPECT_EQ(hex_of(sample_hello()), "01000000 00000000 04000000 0e000000 34120000 056e6f64 65370367 7075");
}
TEST_F(GoldenRecords, assign) {
    EXPECT_EQ(hex_of(sample_assign()),
              "20000200 07000000 09000000 18000000 03000000 05000000 ffffffff 77000000 00000000 7061636b");
    EXPECT_EQ(hex_of(sample_full_assign()),
              "205b0200 07000000 09000000 35000000 03000000 05000000 ffffffff 77000000 00000000 01000000 03000000 "
              "04737465 70016b04 "
              "00000000 00000070 "
              "61636b69 6e707574 73");
}
TEST_F(GoldenRecords, finished) {
    EXPECT_EQ(hex_of(sample_finished()), "02880000 07000000 09000000 0b000000 02010000 00000000 776879");
}
TEST_F(GoldenRecords, submit) {
    EXPECT_EQ(hex_of(sample_submit()),
              "08300100 06000000 03000000 2d000000 0a000000 02000000 88000000 00000000 016e036b 65790367 70750204 "
              "000000ff ffffff05 "
              "76616c75 65706163 6b");
}
TEST_F(GoldenRecords, settled) { EXPECT_EQ(hex_of(sample_settled()), "23800000 06000000 02000000 02000000 3432"); }
TEST_F(GoldenRecords, fetch) {
    EXPECT_EQ(hex_of(sample_fetch()), "40000000 07000000 09000000 08000000 03000000 01000000");
}
TEST_F(GoldenRecords, acquire) {
    EXPECT_EQ(hex_of(sample_acquire()), "27000000 07000000 09000000 08000000 01000000 02000000");
}
TEST_F(GoldenRecords, log) {
    EXPECT_EQ(hex_of(sample_log()), "0e000000 07000000 09000000 0e000000 04737465 7068616c 6620646f 6e65");
}
TEST_F(GoldenRecords, memory) {
    EXPECT_EQ(hex_of(sample_memory()),
              "0f000000 00000000 01000000 28000000 10000000 00000000 20000000 00000000 30000000 00000000 40000000 "
              "00000000 50000000 00000000");
}
TEST_F(GoldenRecords, plain) {
    EXPECT_EQ(hex_of(Kind::stop, 1U, 2U, std::string_view("text")), "25000000 01000000 02000000 04000000 74657874");
}
TEST_F(GoldenRecords, kinds_have_their_numbers) {
    EXPECT_EQ(hex_of(Kind::started, 1U, 2U), "03000000 01000000 02000000 00000000");
    EXPECT_EQ(hex_of(Kind::suspended, 1U, 2U), "04000000 01000000 02000000 00000000");
    EXPECT_EQ(hex_of(Suspended{.task = 1, .execution = 2, .tokens = {3, 4}}),
              "04000000 01000000 02000000 08000000 03000000 04000000");
    EXPECT_EQ(hex_of(Kind::resumed, 1U, 2U), "05000000 01000000 02000000 00000000");
    EXPECT_EQ(hex_of(Kind::returned, 1U, 2U), "06000000 01000000 02000000 00000000");
    EXPECT_EQ(hex_of(Kind::revoke_refused, 1U, 2U), "07000000 01000000 02000000 00000000");
    EXPECT_EQ(hex_of(Kind::cancel, 1U), "09000000 01000000 00000000 00000000");
    EXPECT_EQ(hex_of(Kind::request_stop, 1U), "0a000000 01000000 00000000 00000000");
    EXPECT_EQ(hex_of(Kind::release, 1U), "0b000000 01000000 00000000 00000000");
    EXPECT_EQ(hex_of(Kind::initializer_failed, 0U), "0c000000 00000000 00000000 00000000");
    EXPECT_EQ(hex_of(Kind::goodbye, 0U), "0d000000 00000000 00000000 00000000");
    EXPECT_EQ(hex_of(Kind::revoke, 1U, 2U), "21000000 01000000 02000000 00000000");
    EXPECT_EQ(hex_of(Kind::stop_task, 1U, 2U), "22000000 01000000 02000000 00000000");
    EXPECT_EQ(hex_of(Kind::deadlock, 1U, 2U), "28000000 01000000 02000000 00000000");
    EXPECT_EQ(hex_of(Kind::proceed, 0U), "29000000 00000000 00000000 00000000");
    EXPECT_EQ(hex_of(Kind::cancel_refused, 1U), "24000000 01000000 00000000 00000000");
}

}  // namespace
}  // namespace rankpool::protocol
