#include <transport/traffic.hpp>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/transport/recording.hpp>

namespace rankpool {
namespace {

TEST(RecordingTransport, keeps_what_is_sent_in_order) {
    RecordingTransport transport(0, 3);
    transport.send(2, test_message(0, 0, 5));
    transport.send(1, test_message(0, 1, 5000));
    const std::vector<RecordingTransport::Message> expected{{2, test_message(0, 0, 5)}, {1, test_message(0, 1, 5000)}};
    EXPECT_EQ(transport.sent, expected);
    EXPECT_EQ(transport.rank(), 0);
    EXPECT_EQ(transport.size(), 3);
    EXPECT_FALSE(transport.is_sending());
}

TEST(RecordingTransport, delivers_what_the_test_puts_in_once) {
    RecordingTransport transport(0, 3);
    ExpectedTraffic traffic;
    EXPECT_FALSE(transport.poll(traffic));
    traffic.expect(1, 0, 10);
    traffic.expect(2, 0, 20);
    transport.arriving.push_back({1, test_message(1, 0, 10)});
    transport.arriving.push_back({2, test_message(2, 0, 20)});
    EXPECT_TRUE(transport.poll(traffic));
    EXPECT_EQ(traffic.open(), 0U);
    EXPECT_FALSE(transport.poll(traffic));
}

}  // namespace
}  // namespace rankpool
