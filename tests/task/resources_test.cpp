#include <string>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/task/needs.hpp>
#include <rankpool/task/resources.hpp>

namespace rankpool {
namespace {

std::string words_for(std::string_view text) {
    try {
        (void)parse_resources(text);
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "it was taken";
}

TEST(Resources, are_read_with_units) {
    EXPECT_EQ(parse_resources("gpu=2,memory=1.5GiB,licence=0.25"),
              (Resources{{"gpu", 2}, {"memory", 1.5 * 1073741824.0}, {"licence", 0.25}}));
    EXPECT_EQ(parse_resources(""), Resources{});
}

TEST(Resources, are_refused_with_what_to_write_instead) {
    EXPECT_NE(words_for("gpu").find("NAME=AMOUNT"), std::string::npos);
    EXPECT_NE(words_for("memory=4GB").find("GiB"), std::string::npos);
    EXPECT_NE(words_for("gpu=1,gpu=2").find("twice"), std::string::npos);
    EXPECT_NE(words_for("=1").find("no name"), std::string::npos);
    EXPECT_NE(words_for("gpu=").find("no amount"), std::string::npos);
    for (const char* const amount : {"gpu=0", "gpu=-1", "gpu=nan", "gpu=inf", "gpu=1e15"}) {
        EXPECT_NE(words_for(amount).find("an amount is from"), std::string::npos) << amount;
    }
}

TEST(Resources, are_described_for_people) {
    EXPECT_EQ(describe(Resources{{"gpu", 2}, {"licence", 0.5}}), "2 gpu + 0.5 licence");
    EXPECT_EQ(describe(Resources{}), "nothing");
}

TEST(Resources, say_what_is_missing) {
    const Resources there{{"gpu", 2}, {"memory", 4_GiB}};
    EXPECT_EQ(missing(there, {{"gpu", 2}}), Resources{});
    EXPECT_EQ(missing(there, {{"gpu", 3}, {"tpu", 1}, {"memory", 1_GiB}}), (Resources{{"gpu", 1}, {"tpu", 1}}));
}

void expect_to_come_back(const TaskOptions& options) {
    const Needs needs = needs_of(options);
    Bytes packed;
    ByteWriter writer(packed);
    encode_needs(writer, needs);
    ByteReader reader(packed.view());
    const Needs read = decode_needs(reader);
    EXPECT_EQ(read, needs);
    EXPECT_EQ(reader.remaining(), 0U);
    TaskOptions again;
    set_needs(again, read);
    EXPECT_EQ(needs_of(again), needs);
    for (std::size_t size = 0; size < packed.size(); ++size) {
        ByteReader cut(BytesView(packed.data(), size));
        EXPECT_THROW((void)decode_needs(cut), DecodeError) << size;
    }
}

TEST(Needs, come_back_from_their_bytes) {
    const TaskOptions options{.resources = {{"gpu", 1}, {"cores", 4}},
                              .or_resources = {{{"cores", 16}}},
                              .time_request = std::chrono::seconds(5)};
    TaskOptions pinned = options, wide = options;
    pinned.on_rank = 3;
    wide.ranks = 3;
    expect_to_come_back(pinned);
    expect_to_come_back(wide);
}

TEST(Needs, say_sensible_counts_of_ranks) {
    EXPECT_THROW((void)needs_of({.ranks = 0}), ConfigError);
    EXPECT_THROW((void)needs_of({.ranks = -2}), ConfigError);
    EXPECT_THROW((void)needs_of({.on_rank = 0, .ranks = 2}), ConfigError);
    EXPECT_EQ(needs_of({.on_rank = 0, .ranks = 1}).ranks, 1U);
}

TEST(Needs, are_plain_for_most_tasks) {
    EXPECT_FALSE(has_needs({.name = "x", .key = "y", .priority = 3, .retries = 2}));
    EXPECT_TRUE(needs_of({}).is_plain());
    EXPECT_TRUE(has_needs({.on_rank = 0}));
    EXPECT_TRUE(has_needs({.ranks = 2}));
    EXPECT_TRUE(has_needs({.resources = {{"gpu", 1}}}));
}

}  // namespace
}  // namespace rankpool
